//! What files tell of a machine, held against the files that were packed.

use std::fs;
use std::rc::Rc;

use vma_inspector::file_system::{FaultKind, Stream};
use vma_inspector::files::guest::{
    FACTS_MAX, Fact, FactKind, Guest, LINUX, System, TEXT_MAX, WINDOWS,
};
use vma_inspector::files::{Missed, Step, Volume};
use vma_inspector::source::{GapKind, ReadAt};

use crate::backup::{Counted, Opened, fetch};
use crate::made::Made;
use crate::spoilt::Spoilt;
use crate::whole_disk::{START, archived, disk_with, opened, scanned};

/// Files of a machine, by path.
const FILES: [(&str, &str); 17] = [
    (
        "usr/lib/os-release",
        "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nID=debian\n",
    ),
    ("etc/debian_version", "12.5\n"),
    ("etc/hostname", "# of the rack\ndb01\n"),
    ("etc/machine-id", "0123456789abcdef0123456789abcdef\n"),
    (
        "etc/passwd",
        "root:SECRET:0:0:root:/root:/bin/bash\ndaemon:x:1:1:d:/usr/sbin:/usr/sbin/nologin\n\
         anna:x:1000:1000:Anna,,,:/users/anna:/usr/bin/zsh\nbare:x:1001:1001::/srv/bare:\n\
         mail:x:1002:1002::/users/mail:/bin/false\nnobody:x:65534:65534::/nonexistent:/bin/sh\n\
         half:x\n",
    ),
    ("etc/shadow", "root:SECRET:1::::::\n"),
    (
        "etc/fstab",
        "# <device>\nUUID=11-22 / ext4 errors=remount-ro 0 1\n\
         /dev/mapper/vg-home\t/home\\040of\\011all  xfs defaults 0 2\nhalf /line\n",
    ),
    ("etc/crypttab", "safe UUID=33-44 /etc/key luks\n"),
    (
        "etc/network/interfaces",
        "auto lo\niface eth0 inet static\n    address 192.0.2.7/24\n    gateway 192.0.2.1\n",
    ),
    (
        "etc/netplan/50.yaml",
        "network:\n  wifis:\n    w:\n      access-points:\n        n:\n          password: \"SECRET\"\n\
         \n      addresses: [ \"198.51.100.4/24\", '2001:db8::4/64' ]\n      nameservers:\n        \
         addresses:\n          - 203.0.113.9\n",
    ),
    (
        "etc/NetworkManager/system-connections/lan.nmconnection",
        "[wifi-security]\npsk=SECRET\n[ipv4]\naddress1=203.0.113.5/24,203.0.113.1\ndns=203.0.113.2;\n",
    ),
    ("lib/modules/6.1.0-18-amd64/modules.dep", ""),
    ("boot/vmlinuz-6.1.0-17-amd64", "x"),
    ("var/lib/postgresql/15/main/PG_VERSION", "15\n"),
    ("var/lib/mysql/mariadb_upgrade_info", "10.11.6-MariaDB\n"),
    ("etc/nginx/nginx.conf", "x"),
    ("var/lib/systemd/random-seed", "x"),
];

/// When the machine's seed was written.
const SEED: i64 = 1_714_979_289;

/// Writes the files of the machine, and links as Debian has them.
fn fill(made: &Made) {
    for (path, content) in FILES {
        let path = made.source.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, content).expect("written");
    }
    made.run(&format!(
        "cd $S; ln -s ../usr/lib/os-release etc/os-release; touch -d @{SEED} \
         var/lib/systemd/random-seed; mkdir -p etc/systemd/system/multi-user.target.wants; ln -s \
         /lib/systemd/system/smbd.service etc/systemd/system/multi-user.target.wants/; \
         ln -s /etc/machine-id etc/again"
    ));
    // The record of logins, by util-linux's own program.
    let line = |kind: u8, user: &str, line: &str, time: &str| {
        format!(
            "[{kind}] [00000] [~~  ] [{user:<8}] [{line:<12}] [6.1.0               ] \
             [0.0.0.0        ] [{time}]\n"
        )
    };
    let mut text = String::new();
    for index in 0..300 {
        text += &line(
            2,
            "reboot",
            "~",
            &format!("2024-01-01T00:{:02}:{:02},000000+00:00", index / 60, index % 60),
        );
    }
    text += &line(2, "reboot", "~", "2024-05-01T06:00:00,000000+00:00");
    text += &line(7, "anna", "pts/0", "2024-05-02T06:00:00,000000+00:00");
    text += &line(1, "shutdown", "~", "2024-05-03T07:00:00,000000+00:00");
    fs::create_dir_all(made.source.join("var/log")).expect("made");
    fs::write(made.folder.join("logins"), text).expect("written");
    made.run("utmpdump -r logins > $S/var/log/wtmp");
}

/// Seconds since 1970, as the system's own program says.
pub fn seconds(made: &Made, time: &str) -> i64 {
    let told = made.output(&format!("date -u -d {time} +%s"));
    String::from_utf8_lossy(&told).trim().parse().expect("a number")
}

/// All that a system's files tell, and what could not be read.
pub fn told(volume: &Volume, system: &'static System) -> (Vec<Fact>, Vec<Missed>) {
    told_by(Guest::new(system), volume)
}

fn told_by(guest: Guest, volume: &Volume) -> (Vec<Fact>, Vec<Missed>) {
    told_with(guest, volume, || while !volume.fetch(1 << 20).expect("reads") {})
}

fn told_with(mut guest: Guest, volume: &Volume, fetch: impl Fn()) -> (Vec<Fact>, Vec<Missed>) {
    for _ in 0..10_000 {
        match guest.step(volume).expect("the source is read") {
            Step::Wanting => fetch(),
            Step::GoesOn => {}
            Step::Done => return (guest.facts().to_vec(), guest.missed().to_vec()),
        }
    }
    panic!("it has no end");
}

/// What is told of a kind: words joined, and the path.
pub fn of(facts: &[Fact], kind: FactKind) -> Vec<(String, String)> {
    let these = facts.iter().filter(|fact| fact.kind == kind);
    these.map(|fact| (fact.words.join("|"), fact.path.clone())).collect()
}

pub fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(words, path)| ((*words).to_owned(), (*path).to_owned())).collect()
}

/// What they tell: words and path, by kind.
const TOLD: [(FactKind, &[(&str, &str)]); 10] = [
    (FactKind::System, &[("Debian GNU/Linux 12 (bookworm)", "/etc/os-release")]),
    (FactKind::Hostname, &[("db01", "/etc/hostname")]),
    (FactKind::MachineId, &[("0123456789abcdef0123456789abcdef", "/etc/machine-id")]),
    (
        FactKind::Kernel,
        &[
            ("6.1.0-17-amd64", "/boot/vmlinuz-6.1.0-17-amd64"),
            ("6.1.0-18-amd64", "/lib/modules/6.1.0-18-amd64"),
        ],
    ),
    (
        FactKind::User,
        &[
            ("root|/root", "/etc/passwd"),
            ("anna|/users/anna", "/etc/passwd"),
            ("bare|/srv/bare", "/etc/passwd"),
        ],
    ),
    (
        FactKind::Mount,
        &[
            ("UUID=11-22|/|ext4", "/etc/fstab"),
            ("/dev/mapper/vg-home|/home of\tall|xfs", "/etc/fstab"),
        ],
    ),
    (FactKind::Encrypted, &[("safe|UUID=33-44", "/etc/crypttab")]),
    (
        FactKind::Address,
        &[
            ("192.0.2.7/24", "/etc/network/interfaces"),
            ("198.51.100.4/24", "/etc/netplan/50.yaml"),
            ("2001:db8::4/64", "/etc/netplan/50.yaml"),
            ("203.0.113.5/24", "/etc/NetworkManager/system-connections/lan.nmconnection"),
        ],
    ),
    (
        FactKind::Service,
        &[
            ("PostgreSQL|15", "/var/lib/postgresql/15"),
            ("MariaDB|10.11.6-MariaDB", "/var/lib/mysql/mariadb_upgrade_info"),
            ("nginx|", "/etc/nginx"),
            ("Samba|", "/etc/systemd/system/multi-user.target.wants/smbd.service"),
        ],
    ),
    (FactKind::Running, &[]),
];

/// Holds all facts against the files of the machine, whose paths begin with `prefix`.
fn assert_told(made: &Made, facts: &[Fact], prefix: &str) {
    for (kind, list) in TOLD {
        let list: Vec<_> = pairs(list)
            .into_iter()
            .map(|(words, path)| (words, prefix.to_owned() + &path))
            .collect();
        assert_eq!(of(facts, kind), list, "{kind:?}");
    }
    let times: Vec<_> = facts.iter().filter_map(|fact| Some((fact.kind, fact.seconds?))).collect();
    let expected = [
        (FactKind::Shutdown, seconds(made, "2024-05-03T07:00:00Z")),
        (FactKind::Boot, seconds(made, "2024-05-01T06:00:00Z")),
        (FactKind::BootOrShutdown, SEED),
    ];
    assert_eq!(times, expected);
    assert!(facts.iter().all(|fact| !format!("{fact:?}").contains("SECRET")), "{facts:?}");
}

#[test]
fn a_linux_tells_what_stands_in_its_files_plain_and_packed() {
    for is_packed in [false, true] {
        let made = Made::new(&format!("guest-{is_packed}"), 40);
        fill(&made);
        made.run("mke2fs -q -t ext4 -d $S $F");
        let disk = scanned(archived(disk_with(&made), &made, is_packed));
        let (volume, _) = opened(disk, 0, None);
        let (facts, missed) = told(&volume, &LINUX);
        assert_eq!(missed, []);
        assert_told(&made, &facts, "");
    }
}

#[test]
fn a_linux_in_a_subvolume_of_btrfs_is_found_there() {
    let made = Made::new("guest-btrfs", 300);
    fill(&made);
    made.run("mkdir top; mv $S top/@rootfs; mkfs.btrfs -q --rootdir top $F");
    let (volume, _) = opened(Rc::new(disk_with(&made)), 0, None);
    let (facts, missed) = told(&volume, &LINUX);
    assert_eq!(missed, []);
    assert_told(&made, &facts, "/@rootfs");
}

#[test]
fn it_takes_some_dozens_of_reads_of_a_machine_with_many_files() {
    let made = Made::new("guest-reads", 200);
    fill(&made);
    made.run(
        "cd $S; mkdir -p usr/bin usr/share var/lib/dpkg/info home/anna; \
         for folder in usr/bin usr/share var/lib/dpkg/info home/anna etc var/lib boot; do \
         for i in $(seq 500); do echo $i > $folder/some-$i; done; done; \
         mke2fs -q -t ext4 -d $S $F",
    );
    let file = Counted::new(disk_with(&made));
    let (volume, _) = opened(Rc::clone(&file) as Rc<dyn ReadAt>, 0, None);
    file.take();
    let opened = Opened { volume, file };
    let (facts, _) = told_with(Guest::new(&LINUX), &opened.volume, || fetch(&opened));
    assert_told(&made, &facts, "");
    let counts = opened.file.take();
    eprintln!("{counts:?}");
    assert!(counts.reads <= 32 && counts.bytes <= 60 << 16, "{counts:?}");
}

#[test]
fn what_is_lost_is_told_as_missed_and_the_rest_is_told() {
    for (kind, code) in [(GapKind::Lost, FaultKind::Lost), (GapKind::InDoubt, FaultKind::InDoubt)] {
        let made = Made::new("guest-lost", 40);
        fill(&made);
        made.run("mke2fs -q -t ext4 -d $S $F");
        let system = made.open();
        let id = crate::truth::at(&*system, "etc/passwd");
        let place =
            system.places(id, Stream::Contents, 0..1).expect("places").pieces[0].start + START;
        let disk: Rc<dyn ReadAt> = Rc::new(disk_with(&made));
        let (volume, _) = opened(Spoilt::with_gap(&disk, place..place + 1, kind), 0, None);
        let (facts, missed) = told(&volume, &LINUX);
        assert_eq!(missed.len(), 1, "{missed:?}");
        assert_eq!((missed[0].path.as_str(), &missed[0].fault.kind), ("/etc/passwd", &code));
        assert_eq!(of(&facts, FactKind::User), []);
        assert_eq!(of(&facts, FactKind::Hostname), pairs(&[("db01", "/etc/hostname")]));
    }
}

#[test]
fn hostile_files_and_links_tell_no_more_than_is_allowed() {
    let made = Made::new("guest-hostile", 60);
    made.run(
        "cd $S; mkdir -p etc var/lib var/log proc boot; ln -s etc/../etc/../../../../etc/hostname name; \
         head -c 1000 /dev/zero | tr '\\0' h > etc/hostname; \
         ln -s os-release etc/again; ln -s again etc/os-release; \
         ln -s ../../../../etc/id etc/machine-id; echo inside > etc/id; \
         for i in $(seq 500); do echo \"u$i:x:$((i + 1000)):1::/users/u$i:/bin/sh\"; done > etc/passwd; \
         mkdir etc/fstab; mkfifo etc/crypttab; head -c 385 /dev/zero > var/log/wtmp; \
         head -c 3000000 /dev/zero | tr '\\0' ' ' > etc/debian_version; \
         printf '\\377\\376\\000' > etc/alpine-release; mke2fs -q -t ext4 -d $S $F",
    );
    let (volume, _) = opened(Rc::new(disk_with(&made)), 0, None);
    let (facts, missed) = told(&volume, &LINUX);
    assert_eq!(missed.len(), 1, "{missed:?}");
    assert_eq!(
        (missed[0].path.as_str(), &missed[0].fault.kind),
        ("/etc/os-release", &FaultKind::Corrupt)
    );
    assert_eq!(of(&facts, FactKind::Hostname), pairs(&[(&"h".repeat(TEXT_MAX), "/etc/hostname")]));
    assert_eq!(of(&facts, FactKind::MachineId), pairs(&[("inside", "/etc/machine-id")]));
    assert_eq!(of(&facts, FactKind::User).len(), FACTS_MAX);
    assert_eq!(of(&facts, FactKind::Mount), []);
    assert_eq!(of(&facts, FactKind::Encrypted), []);
    assert_eq!(of(&facts, FactKind::Boot), []);
}

#[test]
fn what_a_system_mounts_tells_what_stands_there_and_nothing_else() {
    let made = Made::new("guest-mounted", 20);
    // A name and a system that stand in no place where these folders' files are.
    made.run(
        "mkdir -p $S/etc $S/lib/postgresql/15 $S/lib/mysql; echo other > $S/etc/hostname; \
         touch $S/vmlinuz-6.1.0-13-amd64; mke2fs -q -t ext4 -d $S $F",
    );
    let (volume, _) = opened(Rc::new(disk_with(&made)), 0, None);
    let all = |folder: &str| {
        let (facts, missed) = told_by(Guest::mounted(&LINUX, folder), &volume);
        assert_eq!(missed, []);
        facts.into_iter().map(|fact| (fact.kind, fact.words.join("|"), fact.path)).collect()
    };
    let fact = |kind, words: &str, path: &str| (kind, words.to_owned(), path.to_owned());
    let kernel = fact(FactKind::Kernel, "6.1.0-13-amd64", "/boot/vmlinuz-6.1.0-13-amd64");
    let found: Vec<_> = all("/boot");
    assert_eq!(found, [kernel]);
    let found: Vec<_> = all("/var");
    assert_eq!(
        found,
        [
            fact(FactKind::Service, "PostgreSQL|15", "/var/lib/postgresql/15"),
            fact(FactKind::Service, "MySQL, MariaDB|", "/var/lib/mysql"),
        ]
    );
    let found: Vec<_> = all("/srv");
    assert_eq!(found, []);
}

#[test]
fn a_volume_without_a_system_tells_nothing() {
    let made = Made::new("guest-none", 20);
    made.run("mkdir -p $S/users/anna; echo etc > $S/etc; mke2fs -q -t ext4 -d $S $F");
    let (volume, _) = opened(Rc::new(disk_with(&made)), 0, None);
    assert_eq!(told(&volume, &LINUX), (Vec::new(), Vec::new()));
    assert_eq!(told(&volume, &WINDOWS), (Vec::new(), Vec::new()));
}
