//! What importers of an OVF make of it. Proxmox VE's is known from its code
//! (`PVE/GuestImport/OVF.pm` of pve-storage 9.1.7): it is followed here step by
//! step with the XPath expressions that it uses.

use super::table::machine_of;
use super::*;

/// An XPath expression with the prefixes that importers use.
fn find(path: &Path, expression: &str) -> Vec<String> {
    let mut plain = expression.to_owned();
    for prefix in ["ovf", "rasd", "vmw"] {
        for axis in ["@", "/", "["] {
            let named = |name: &str| format!("{axis}*[local-name()='{name}']");
            let of_attribute = |name: &str| format!("@*[local-name()='{name}']");
            while let Some(at) = plain.find(&format!("{axis}{prefix}:")) {
                let start = at + axis.len() + prefix.len() + 1;
                let end = plain[start..].find(|c: char| !c.is_ascii_alphanumeric());
                let end = end.map_or(plain.len(), |end| start + end);
                let name = plain[start..end].to_owned();
                let new = if axis == "@" { of_attribute(&name) } else { named(&name) };
                plain.replace_range(at..end, &new);
            }
        }
    }
    let count = run("xmllint", &["--xpath", &format!("count({plain})"), name_of(path)]);
    let count: usize = count.trim().parse().expect("a number");
    (1..=count)
        .map(|number| {
            let one = format!("string(({plain})[{number}])");
            run("xmllint", &["--xpath", &one, name_of(path)]).trim_end().to_owned()
        })
        .collect()
}

const ITEM: &str = "/ovf:Envelope/ovf:VirtualSystem/ovf:VirtualHardwareSection/ovf:Item";

/// What Proxmox VE makes of an OVF.
#[derive(Debug)]
struct Imported {
    os: String,
    /// The disks in the order of their items, which is that of the start: the key
    /// that each gets, its file, and bytes.
    disks: Vec<(String, String, u64)>,
}

fn imported(conf: &str) -> Option<Imported> {
    if !has("xmllint", &["--version"]) {
        return None;
    }
    let machine = machine_of(conf);
    let sizes: Vec<_> = machine.drives().iter().map(|drive| (drive.device, drive.size)).collect();
    let path = written(&machine.ovf(&options(), &sizes).text, "ovf");
    let of = |expression: &str| find(&path, expression);
    let cim = of("/ovf:Envelope/ovf:VirtualSystem/ovf:OperatingSystemSection/@ovf:id");
    let os = match cim[0].as_str() {
        "58" => "w2k",
        "71" => "wxp",
        "70" => "w2k3",
        "74" => "wvista",
        "77" => "w2k8",
        "105" => "win7",
        "114" => "win8",
        "120" => "win10",
        "122" => "win11",
        "98" => "l24",
        "101" => "l26",
        "81" => "solaris",
        _ => "other",
    };
    let disk = format!("{ITEM}[rasd:ResourceType=17]");
    let resources = of(&format!("{disk}/rasd:HostResource"));
    let parents = of(&format!("{disk}/rasd:Parent"));
    let addresses = of(&format!("{disk}/rasd:AddressOnParent"));
    let mut disks = Vec::new();
    for ((resource, parent), address) in resources.iter().zip(&parents).zip(&addresses) {
        let id = resource.strip_prefix("ovf:/disk/").expect("as it is looked for");
        let section = format!("/ovf:Envelope/ovf:DiskSection/ovf:Disk[@ovf:diskId='{id}']");
        let unit = of(&format!("{section}/@ovf:capacityAllocationUnits"));
        let exponent = unit[0].strip_prefix("byte * 2^").expect("as it is looked for");
        let capacity = of(&format!("{section}/@ovf:capacity"));
        let bytes = capacity[0].parse::<u64>().expect("a number")
            << exponent.parse::<u32>().expect("a number");
        let file = of(&format!("{section}/@ovf:fileRef"));
        let file =
            of(&format!("/ovf:Envelope/ovf:References/ovf:File[@ovf:id='{}']/@ovf:href", file[0]));
        let kind = of(&format!("{ITEM}[rasd:InstanceID='{parent}']/rasd:ResourceType"));
        let bus = match kind[0].as_str() {
            "5" => "ide",
            "6" => "scsi",
            "20" => "sata",
            other => panic!("{other} is no controller"),
        };
        disks.push((format!("{bus}{address}"), file[0].clone(), bytes));
    }
    fs::remove_file(path).expect("was written");
    Some(Imported { os: os.to_owned(), disks })
}

#[test]
fn proxmox_starts_an_imported_machine_from_the_disk_that_it_started_from() {
    let conf = "name: t\nboot: order=virtio1;scsi2\nscsi10: a:b\nscsi2: a:b\nvirtio1: a:b\n\
                ide0: a:b\n";
    let Some(found) = imported(conf) else { return };
    let files: Vec<_> = found.disks.iter().map(|(_, file, _)| file.as_str()).collect();
    assert_eq!(files, ["t-virtio1.vmdk", "t-scsi2.vmdk", "t-ide0.vmdk", "t-scsi10.vmdk"]);
    let first = &found.disks[0];
    assert_eq!((first.0.as_str(), first.2), ("scsi0", 4096), "the first place of its controller");
}

#[test]
fn proxmox_finds_the_guest_that_it_was() {
    for os in [
        "w2k", "wxp", "w2k3", "w2k8", "wvista", "win7", "win8", "win10", "win11", "l24", "l26",
        "solaris", "other",
    ] {
        let Some(found) = imported(&format!("ostype: {os}\nscsi0: a:b\n")) else { return };
        assert_eq!(found.os, os);
    }
}

#[test]
fn no_two_disks_get_one_place() {
    let mut conf = String::new();
    for (bus, count) in [("ide", 4), ("scsi", 17)] {
        conf.extend((0..count).map(|number| format!("{bus}{number}: a:b\n")));
    }
    let Some(found) = imported(&conf) else { return };
    let mut places: Vec<_> = found.disks.iter().map(|(place, _, _)| place.as_str()).collect();
    assert_eq!(places.len(), 21);
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), 21, "{places:?}");
    let sata = places.iter().filter_map(|place| place.strip_prefix("sata"));
    // There are six in Proxmox VE.
    assert!(sata.clone().all(|place| place.parse::<u8>().is_ok_and(|place| place < 6)));
    assert_eq!(sata.count(), 4);

    let crowded: String = (0..22).map(|number| format!("scsi{number}: a:b\n")).collect();
    let machine = machine_of(&crowded);
    let sizes: Vec<_> = machine.drives().iter().map(|drive| (drive.device, drive.size)).collect();
    let text = machine.ovf(&options(), &sizes);
    let lost = text.left_out.iter().filter(|told| told.is_danger).count();
    assert_eq!(lost, 1, "{:?}", left_out(&text));
}

/// VirtualBox fails at an item of a kind that it does not know, unless it need
/// not know it.
#[test]
fn items_that_virtualbox_does_not_know_are_not_required() {
    if !has("xmllint", &["--version"]) {
        return;
    }
    let machine = machine_of("serial0: socket\nide2: none,media=cdrom\nscsi0: a:b\n");
    let sizes: Vec<_> = machine.drives().iter().map(|drive| (drive.device, drive.size)).collect();
    let path = written(&machine.ovf(&options(), &sizes).text, "ovf");
    let kinds = find(&path, &format!("{ITEM}[not(@ovf:required='false')]/rasd:ResourceType"));
    // Processor, memory, IDE, SCSI, disk: those of its `ResourceType`.
    assert_eq!(kinds, ["3", "4", "5", "6", "17"]);
    let others = find(&path, &format!("{ITEM}[@ovf:required='false']/rasd:ResourceType"));
    assert_eq!(others, ["15", "21"]);
    fs::remove_file(path).expect("was written");
}
