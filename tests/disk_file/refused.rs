//! What rests on something that is not in the file, or is not known, is refused by name.

use std::rc::Rc;

use vma_inspector::disk_file::{DiskFile, Refusal};

use crate::made::Made;

fn refusal(made: &Made, name: &str) -> Refusal {
    made.open(name).err().expect("it is refused")
}

#[test]
fn a_backing_file_is_named() {
    let Some(made) = Made::new("backing") else { return };
    made.run("qemu-img create -q -f qcow2 base.qcow2 4M");
    made.run("qemu-img create -q -f qcow2 -b base.qcow2 -F qcow2 top.qcow2");
    assert_eq!(refusal(&made, "top.qcow2"), Refusal::BackingFile("base.qcow2".into()));
}

#[test]
fn an_external_data_file_is_named() {
    let Some(made) = Made::new("data-file") else { return };
    made.run("qemu-img create -q -f qcow2 -o data_file=bytes.raw disk.qcow2 4M");
    assert_eq!(refusal(&made, "disk.qcow2"), Refusal::DataFile(Some("bytes.raw".into())));
}

#[test]
fn what_is_encrypted_is_refused() {
    let Some(made) = Made::new("encrypted") else { return };
    made.run(
        "qemu-img create -q -f qcow2 --object secret,id=s,data=abc \
         -o encrypt.format=aes,encrypt.key-secret=s disk.qcow2 4M",
    );
    assert_eq!(refusal(&made, "disk.qcow2"), Refusal::Encrypted(1));
    // LUKS: on a busy machine `qemu-img` 7.2 does not make one each time.
    assert_eq!(with(&made, 32, &2_u32.to_be_bytes()).err(), Some(Refusal::Encrypted(2)));
}

/// An image with bytes of its header put to other values.
fn with(made: &Made, at: usize, bytes: &[u8]) -> Result<DiskFile, Refusal> {
    let mut all = made.read("disk.qcow2");
    all[at..at + bytes.len()].copy_from_slice(bytes);
    DiskFile::qcow2(Rc::new(all))
}

#[test]
fn what_no_header_may_say_is_refused() {
    let Some(made) = Made::new("headers") else { return };
    made.run("qemu-img create -q -f qcow2 disk.qcow2 4M");
    let refused = |at, bytes: &[u8]| with(&made, at, bytes).err().expect("it is refused");
    assert_eq!(refused(4, &4_u32.to_be_bytes()), Refusal::Version(4));
    assert_eq!(refused(4, &1_u32.to_be_bytes()), Refusal::Version(1));
    assert_eq!(refused(20, &8_u32.to_be_bytes()), Refusal::Corrupt("cluster_bits"));
    assert_eq!(refused(20, &22_u32.to_be_bytes()), Refusal::Corrupt("cluster_bits"));
    assert_eq!(refused(36, &0_u32.to_be_bytes()), Refusal::Corrupt("l1_size"));
    assert_eq!(refused(40, &77_u64.to_be_bytes()), Refusal::Corrupt("l1_table_offset"));
    assert_eq!(refused(40, &(1_u64 << 40).to_be_bytes()), Refusal::Cut("l1_table"));
    assert_eq!(refused(24, &(u64::MAX >> 1).to_be_bytes()), Refusal::TableTooLarge);
    assert_eq!(refused(100, &90_u32.to_be_bytes()), Refusal::Corrupt("header_length"));
    assert_eq!(refused(104, &[1]), Refusal::Corrupt("compression_type"));
    assert_eq!(refused(104, &[7]), Refusal::CompressionType(7));
    // "extended L2 entries" is a name that QEMU writes into each file, but this is bit 5.
    assert_eq!(refused(72, &(1_u64 << 5).to_be_bytes()), Refusal::Features(vec!["bit 5".into()]));
    for cut in [0, 71, 103] {
        let bytes = made.read("disk.qcow2");
        let cut = DiskFile::qcow2(Rc::new(bytes[..cut].to_vec()));
        assert_eq!(cut.err(), Some(Refusal::Cut("header")));
    }
}

#[test]
fn that_it_was_not_closed_or_found_corrupt_is_told() {
    let Some(made) = Made::new("dirty") else { return };
    made.run("qemu-img create -q -f qcow2 disk.qcow2 4M");
    let facts = |bits: u64| {
        let disk = with(&made, 72, &bits.to_be_bytes()).expect("it is read");
        let facts = disk.facts().expect("qcow2");
        (facts.is_dirty, facts.is_marked_corrupt)
    };
    assert_eq!(facts(0), (false, false));
    assert_eq!(facts(1), (true, false));
    assert_eq!(facts(2), (false, true));
}

/// The name of an unknown feature is that which the file gives it.
#[test]
fn an_unknown_feature_is_told_by_its_name() {
    let Some(made) = Made::new("named") else { return };
    made.run("qemu-img create -q -f qcow2 disk.qcow2 4M");
    let mut bytes = made.read("disk.qcow2");
    let name = b"dirty bit";
    let at = bytes.windows(name.len()).position(|window| window == name).expect("QEMU names it");
    // Its entry begins with the kind and the bit.
    bytes[at - 1] = 9;
    bytes[72..80].copy_from_slice(&(1_u64 << 9).to_be_bytes());
    let refusal = DiskFile::qcow2(Rc::new(bytes)).err();
    assert_eq!(refusal, Some(Refusal::Features(vec!["dirty bit".into()])));
}
