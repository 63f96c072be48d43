//! Files that `qemu-img` and `qemu-io` make.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::rc::Rc;

use serde_json::Value;
use vma_inspector::disk_file::{DiskFile, Refusal};
use vma_inspector::source::{ReadAt, lost_until};

use crate::programs::has;

/// A folder of a test, gone with it.
pub struct Made(PathBuf);

impl Drop for Made {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Made {
    /// `None`, said aloud, where there is no QEMU.
    pub fn new(name: &str) -> Option<Self> {
        if !has("qemu-img", &["--version"]) || !has("qemu-io", &["--version"]) {
            return None;
        }
        let folder =
            std::env::temp_dir().join(format!("vma-disk-file-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("the temporary folder can be written");
        Some(Self(folder))
    }

    /// Runs a command line of words without spaces; what it writes.
    pub fn run(&self, line: &str) -> Vec<u8> {
        let words: Vec<&str> = line.split_whitespace().collect();
        self.start(&words)
    }

    /// Runs commands of `qemu-io` on a file.
    pub fn io(&self, commands: &[String], file: &str) {
        let mut words = vec!["qemu-io", "-f", "qcow2"];
        for command in commands {
            words.extend(["-c", command]);
        }
        words.push(file);
        let said = String::from_utf8(self.start(&words)).expect("text");
        assert!(!said.contains("failed"), "{said}");
    }

    fn start(&self, words: &[&str]) -> Vec<u8> {
        let output = Command::new(words[0])
            .args(&words[1..])
            .current_dir(&self.0)
            .output()
            .expect("it is there");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {said}");
        output.stdout
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.join(name)).expect("it was made")
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.0.join(name), bytes).expect("the folder was made");
    }

    pub fn open(&self, name: &str) -> Result<DiskFile, Refusal> {
        DiskFile::qcow2(Rc::new(self.read(name)))
    }

    /// The disk of a file as QEMU reads it.
    pub fn truth(&self, name: &str) -> Vec<u8> {
        self.run(&format!("qemu-img convert -f qcow2 -O raw {name} {name}.truth"));
        self.read(&format!("{name}.truth"))
    }

    /// Stretches of the disk of which QEMU says that they are zeros, or are not.
    pub fn map(&self, name: &str) -> Vec<(u64, u64, bool)> {
        let told = self.run(&format!("qemu-img map -f qcow2 --output=json {name}"));
        let told: Value = serde_json::from_slice(&told).expect("JSON");
        let number = |value: &Value| value.as_u64().expect("a number");
        let stretches = told.as_array().expect("a list").iter();
        stretches
            .map(|one| {
                let start = number(&one["start"]);
                (start, start + number(&one["length"]), one["zero"] == true)
            })
            .collect()
    }
}

/// All bytes of a disk; `None` for those that are lost.
pub fn read_all(disk: &DiskFile, step: usize) -> Vec<Option<u8>> {
    let size = disk.size().expect("known");
    let mut all = Vec::new();
    let mut buffer = vec![0xaa; step];
    while (all.len() as u64) < size {
        let at = all.len() as u64;
        let count = disk.read_at(at, &mut buffer).expect("the source can be read");
        if count > 0 {
            all.extend(buffer[..count].iter().map(|&byte| Some(byte)));
        } else {
            let until = lost_until(disk, at).expect("a read stops before what is lost");
            assert!(until > at && until <= size, "{at} {until}");
            all.resize(until as usize, None);
        }
    }
    all
}

/// The disk is what QEMU reads, however the reads are cut, and so is its map.
pub fn assert_as_qemu(made: &Made, name: &str) {
    let truth = made.truth(name);
    let disk = made.open(name).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
    assert_eq!(disk.size(), Some(truth.len() as u64), "{name}");
    for step in [1 << 20, 4096, 7919] {
        let read = read_all(&disk, step);
        let first = read.iter().zip(&truth).position(|(one, other)| *one != Some(*other));
        assert_eq!(first, None, "{name}: the first byte that differs, in steps of {step}");
    }
    assert_eq!(disk.lost_bytes(), 0, "{name}");
    assert_eq!(vma_inspector::source::gaps(&disk, 0..u64::MAX).count(), 0, "{name}");
    let stored = stored(&disk);
    let is_stored = |at: u64| stored.iter().any(|range| range.contains(&at));
    for (start, end, is_zero) in made.map(name) {
        for at in (start..end).step_by(512) {
            // A hole of the file itself is told as zeros too.
            let is_hole = truth[at as usize..][..512].iter().all(|&byte| byte == 0);
            assert!(is_stored(at) != is_zero || (is_zero && is_hole), "{name}: {at}");
        }
    }
}

/// What has to be stored of it, asked in small parts.
pub fn stored(disk: &DiskFile) -> Vec<std::ops::Range<u64>> {
    use vma_inspector::image::DiskImage;
    let (mut all, mut from) = (Vec::new(), 0);
    loop {
        let part = disk.stored(from, 3);
        let Some(last) = part.last() else { return all };
        assert!(last.end > from);
        from = last.end;
        all.extend(part);
    }
}
