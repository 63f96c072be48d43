//! The appliance as one file: descriptor, disks and manifest.

use super::*;

struct Made {
    archive: Archive,
    scan: Scan,
}

impl Made {
    fn new(conf: &str) -> Self {
        let archive = open(disks(conf).build().bytes);
        let scan = finish(Scan::new(&archive));
        Self { archive, scan }
    }

    fn disk(&self, device: vma_inspector::archive::unit::DeviceId) -> Option<Disk> {
        let header = self.archive.header();
        let identity = Identity::new(header, header.device(device)?);
        Some(Disk::new(
            self.scan.image(device)?.filled(vma_inspector::image::Fill::Zeros),
            identity,
        ))
    }

    fn ova(&self, compressed: bool) -> Ova {
        let disk = |device| self.disk(device);
        Ova::new(self.archive.header(), &options(), compressed, disk).expect("disks are small")
    }
}

#[test]
fn an_appliance_holds_descriptor_disks_and_manifest() {
    if !has("tar", &["--version"]) || !has("sha256sum", &["--version"]) {
        return;
    }
    let made = Made::new(CONF);
    for compressed in [true, false] {
        let mut ova = made.ova(compressed);
        let path = path_of("web-01", "ova");
        fs::write(&path, drain(&mut ova)).expect("writes");
        let size = fs::metadata(&path).expect("was written").len();
        assert_eq!(ova.size(), Some(size));
        let listed = run("tar", &["tvf", name_of(&path)]);
        let names: Vec<_> =
            listed.lines().filter_map(|line| line.split_whitespace().last()).collect();
        let expected = ["web-01.ovf", "web-01-scsi0.vmdk", "web-01-virtio3.vmdk", "web-01.mf"];
        assert_eq!(names, expected);
        assert!(listed.contains("2023-11-1"), "the archive's date: {listed}");

        let folder = path.with_extension("d");
        fs::create_dir_all(&folder).expect("creates");
        run("tar", &["xf", name_of(&path), "-C", name_of(&folder)]);
        let manifest = fs::read_to_string(folder.join("web-01.mf")).expect("is there");
        assert_eq!(manifest.lines().count(), 3);
        for (line, name) in manifest.lines().zip(expected) {
            let said = run("sha256sum", &[name_of(&folder.join(name))]);
            let hash = said.split_whitespace().next().expect("a hash");
            assert_eq!(line, format!("SHA256({name})= {hash}"));
        }
        if files::has_qemu_img() {
            for (device, name) in [(2, "web-01-scsi0.vmdk"), (4, "web-01-virtio3.vmdk")] {
                let builder = disks(CONF);
                let bytes = builder.image(device);
                let alone = ArchiveBuilder::new().disk(1, "drive-scsi0", bytes.clone()).build();
                let case = Case::of("of-appliance", alone, Some(bytes));
                let raw = case.raw_file();
                assert_qemu_agrees(&case, &folder.join(name), &raw, "vmdk");
                fs::remove_file(raw).expect("was written");
            }
        }
        let ovf = fs::read_to_string(folder.join("web-01.ovf")).expect("is there");
        for name in &expected[1..3] {
            let length = fs::metadata(folder.join(name)).expect("is there").len();
            let file = format!("ovf:href=\"{name}\"");
            let line = ovf.lines().find(|line| line.contains(&file)).expect("is referenced");
            assert!(line.contains(&format!("ovf:size=\"{length}\"")), "{line}");
        }
        fs::remove_dir_all(folder).expect("was written");
        fs::remove_file(path).expect("was written");
    }
}

#[test]
fn files_in_an_appliance_have_the_names_that_its_descriptor_says_however_long() {
    if !has("tar", &["--version"]) {
        return;
    }
    let (name, key) = ("n".repeat(200), "k".repeat(31));
    let builder = ArchiveBuilder::new()
        .config("qemu-server.conf", format!("name: {name}\n"))
        .disk(1, format!("drive-{key}{key}"), vec![1; 4096])
        .disk(2, format!("drive-{key}{key}2"), vec![1; 4096]);
    let archive = open(builder.build().bytes);
    let scan = finish(Scan::new(&archive));
    let header = scan.header();
    let mut ova = Ova::new(header, &options(), true, |id| {
        Some(Disk::new(
            scan.image(id)?.filled(vma_inspector::image::Fill::Zeros),
            Identity::new(header, header.device(id)?),
        ))
    })
    .expect("small enough");
    let path = path_of("long", "ova");
    fs::write(&path, drain(&mut ova)).expect("writes");
    let listed = run("tar", &["tf", name_of(&path)]);
    let names: Vec<_> = listed.lines().collect();
    let [descriptor, first, second, manifest] = names.as_slice() else { panic!("{names:?}") };
    assert!(descriptor.ends_with(".ovf") && manifest.ends_with(".mf"), "{names:?}");
    assert_ne!(first, second);
    let text = ova.descriptor().text;
    let lines = run("tar", &["xOf", name_of(&path), manifest]);
    for name in [first, second] {
        assert!(text.contains(&format!("ovf:href=\"{name}\"")), "{name}: {text}");
        assert!(lines.contains(&format!("SHA256({name})= ")), "{name}: {lines}");
    }
    fs::remove_file(path).expect("was written");
}

#[test]
fn an_appliance_tells_its_size_as_soon_as_it_can() {
    let made = Made::new(CONF);
    let mut ova = made.ova(false);
    assert_eq!(ova.size(), Some(ova.size_max()));
    let progress = ova.progress();
    let bytes = drain(&mut ova);
    assert_eq!(bytes.len() as u64, ova.size_max());
    assert_eq!(ova.progress().done, progress.total);

    let mut ova = made.ova(true);
    assert_eq!((ova.size(), ova.progress().done), (None, 0));
    let mut bytes = Vec::new();
    let mut last = ova.progress();
    while bytes.is_empty() {
        assert!(ova.next(&mut bytes).expect("reads"));
        let progress = ova.progress();
        assert!(progress.done >= last.done && progress.total == last.total, "{progress:?}");
        last = progress;
    }
    let size = ova.size().expect("known before the first byte is given");
    assert!(size <= ova.size_max());
    bytes.extend(drain(&mut ova));
    assert_eq!(bytes.len() as u64, size);
    assert_eq!(ova.progress().done, ova.progress().total);
    ova.restart();
    assert_eq!(ova.size(), Some(size), "what was measured stays known");
    assert!(drain(&mut ova) == bytes, "the same archive gives the same bytes");
}

#[test]
fn what_an_appliance_reads_it_names_beforehand() {
    let source = files::Recording::new(disks(CONF).build().bytes);
    let archive =
        Archive::open(Rc::clone(&source) as Rc<dyn ReadAt>, &Default::default()).expect("opens");
    let scan = finish(Scan::new(&archive));
    let made = Made { archive, scan };
    let mut ova = made.ova(true);
    loop {
        let mut named = Vec::new();
        ova.trace(0, &mut named);
        source.reads.borrow_mut().clear();
        let went_on = ova.next(&mut Vec::new()).expect("reads");
        assert!(source.reads.borrow().iter().all(|read| named.contains(read)));
        if !went_on {
            break;
        }
    }
}

#[test]
fn a_disk_that_is_not_chosen_is_not_in_the_appliance() {
    let made = Made::new(CONF);
    let only = |device| made.disk(device).filter(|_| device == id(4));
    let ova = Ova::new(made.archive.header(), &options(), true, only).expect("disks are small");
    let text = ova.descriptor().text;
    assert!(text.contains("web-01-virtio3.vmdk") && !text.contains("scsi0"), "{text}");
    assert_eq!(ova.file_name(), "web-01.ova");
}

#[test]
fn a_descriptor_lists_what_it_does_not_say() {
    let made = Made::new(CONF);
    let listed = left_out(&made.ova(false).descriptor());
    for expected in [
        "scsi0: virtio-scsi-single: now lsilogic; a Linux without the driver mptspi in its initrd \
         finds no disk; then connect it by SATA",
        "virtio3: virtio: now lsilogic; a Linux without the driver mptspi in its initrd finds no \
         disk; then connect it by SATA",
        "net0: virtio: now VmxNet3",
        "efidisk0: its contents: left out",
        "tpmstate0: its contents: left out; BitLocker",
        "machine: q35: left out",
        "hostpci0: 01:00,pcie=1: left out: belongs to the old host",
    ] {
        assert!(listed.iter().any(|line| line.starts_with(expected)), "{expected}: {listed:?}");
    }
    let windows = CONF.replace("l26", "win11");
    let listed = left_out(&Made::new(&windows).ova(false).descriptor());
    assert!(
        listed.iter().any(|line| line.starts_with("virtio3: virtio: now lsilogicsas; ")),
        "{listed:?}"
    );
}

#[test]
fn a_descriptor_is_xml_whatever_the_names() {
    if !has("xmllint", &["--version"]) {
        return;
    }
    for conf in [CONF.to_owned(), CONF.replace("web-01", HOSTILE).replace("vmbr0", "a<b>\"&")] {
        let descriptor = Made::new(&conf).ova(true).descriptor().text;
        let path = written(&descriptor, "ovf");
        run("xmllint", &["--noout", name_of(&path)]);
        let read = |what: &str| run("xmllint", &["--xpath", what, name_of(&path)]);
        let name = read("string(//*[local-name()='Name'])");
        let expected = if conf == CONF { "web-01" } else { HOSTILE };
        let expected = expected.replace(['\u{1b}', '\u{202e}', '\u{ffff}'], "_");
        assert_eq!(name.trim_end(), expected);
        assert_eq!(read("count(//*[local-name()='Item'])").trim_end(), "9");
        fs::remove_file(path).expect("was written");
    }
}

/// COT, Cisco's "Common OVF Tool", reads an OVF or OVA and says what is in it.
#[test]
fn an_independent_reader_finds_the_vm_in_the_appliance() {
    // Where `npm test` puts it, see `www/build/readers.mjs`.
    let cot = concat!(env!("CARGO_MANIFEST_DIR"), "/target/readers/python/bin/cot");
    if !has(cot, &["--version"]) {
        return;
    }
    for compressed in [true, false] {
        let mut ova = Made::new(CONF).ova(compressed);
        let path = path_of("web-01", "ova");
        fs::write(&path, drain(&mut ova)).expect("writes");
        let said = run(cot, &["info", "--verbose", name_of(&path)]);
        for expected in ["web-01-scsi0.vmdk", "web-01-virtio3.vmdk", "vmx-13", "vmbr1", "40 MiB"] {
            assert!(said.contains(expected), "{expected}: {said}");
        }
        fs::remove_file(path).expect("was written");
    }
}
