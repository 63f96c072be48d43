//! A folder with one of everything that a file system can be asked to hold.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::symlink;
use std::path::Path;

/// What goes into the folder beside files and folders.
#[derive(Clone, Copy, Default)]
pub struct Sample {
    /// Symbolic and hard links.
    pub links: bool,
    /// Devices and named pipes; only root makes devices.
    pub devices: bool,
    /// Files with holes.
    pub holes: bool,
    /// A folder of that many entries.
    pub many: usize,
}

impl Sample {
    /// All that Unix knows.
    pub const UNIX: Self = Self { links: true, devices: true, holes: true, many: 300 };

    /// Fills `folder`, which is empty.
    pub fn fill(self, folder: &Path) {
        let names = ["a", "b.txt", "Grüße aus Köln.txt", "日本語.txt", "two  blanks", "-rf"];
        for (index, name) in names.iter().enumerate() {
            write(&folder.join(name), &bytes(index as u64, index * 7));
        }
        write(&folder.join("n".repeat(251)), b"long");
        for size in [0, 1, 59, 60, 61, 160, 1023, 4095, 4096, 4097, 65_536, 100_000, 1_500_000] {
            write(&folder.join(format!("size-{size}")), &bytes(size as u64, size));
        }
        let mut deep = folder.to_path_buf();
        for depth in 0..12 {
            deep.push(format!("deep-{depth}"));
            fs::create_dir(&deep).expect("a folder is made");
            write(&deep.join("here"), &bytes(depth, 100));
        }
        fs::create_dir(folder.join("empty")).expect("a folder is made");
        let many = folder.join("many");
        fs::create_dir(&many).expect("a folder is made");
        for index in 0..self.many {
            write(&many.join(format!("entry number {index:06}")), &bytes(7, index % 50));
        }
        if self.holes {
            holes(folder);
        }
        if self.links {
            links(folder);
        }
        if self.devices {
            devices(folder);
        }
    }
}

/// Bytes that no two seeds share.
pub fn bytes(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut step = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..count).map(|_| step()).collect()
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("a file is written");
}

/// Files of which only some stretches are stored.
fn holes(folder: &Path) {
    let mut all = File::create(folder.join("all hole")).expect("a file is made");
    all.write_all(&[]).expect("nothing is written");
    all.set_len(3_000_000).expect("its end is set");
    let mut some = File::create(folder.join("some holes")).expect("a file is made");
    for (index, at) in [5_u64, 20_000, 300_000, 4_500_000, 70_000_000].iter().enumerate() {
        some.seek(SeekFrom::Start(*at)).expect("a place in it");
        some.write_all(&bytes(index as u64 + 50, 9000)).expect("it is written");
    }
    some.set_len(71_000_001).expect("its end is set");
}

fn links(folder: &Path) {
    for length in [1, 58, 59, 60, 61, 155, 1000, 1023] {
        let target: String = "t/".repeat(600).chars().take(length).collect();
        symlink(target, folder.join(format!("link-{length}"))).expect("a link is made");
    }
    symlink("l".repeat(300), folder.join("link of one long part")).expect("a link is made");
    fs::hard_link(folder.join("size-4097"), folder.join("empty/again")).expect("a link is made");
}

fn devices(folder: &Path) {
    let script = "mknod null c 1 3; mknod far b 4000 70000; mkfifo pipe; \
                  chmod 4755 size-1; chmod 1777 empty; chown 70000:80000 size-60; \
                  touch -d '1969-12-31 23:59:58.5 UTC' size-59; \
                  touch -d '2100-01-01 00:00:00.123456789 UTC' size-61";
    let made = std::process::Command::new("sh").args(["-ec", script]).current_dir(folder).status();
    assert!(made.expect("a shell starts").success(), "only root can make devices");
}
