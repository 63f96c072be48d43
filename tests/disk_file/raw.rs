//! A raw disk is the file.

use std::rc::Rc;

use vma_inspector::disk_file::{DiskFile, Whole};
use vma_inspector::image::DiskImage;
use vma_inspector::source::ReadAt;

#[test]
fn a_raw_disk_is_the_file() {
    let bytes: Vec<u8> = (0..100_000_u32).map(|number| (number / 7) as u8).collect();
    let disk = DiskFile::raw(Rc::new(bytes.clone()));
    assert_eq!(disk.size(), Some(100_000));
    let mut read = vec![0; 100_000];
    assert_eq!(disk.read_at(0, &mut read).expect("reads"), 100_000);
    assert_eq!(read, bytes);
    assert_eq!(disk.stored(0, 9), core::slice::from_ref(&(0..100_000)));
    assert_eq!(disk.stored(100_000, 9), []);
    let mut rest = vec![0; 10];
    assert_eq!(Whole::new(disk).read_at(99_995, &mut rest).expect("reads"), 5);
    assert_eq!(rest[..5], bytes[99_995..]);
}
