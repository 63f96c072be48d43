//! Of devices and configs, and the files that they become.

use super::*;

#[test]
fn observed_devices_are_foretold() {
    let (dev1, dev2) = (DEVICES + 32, DEVICES + 64);
    let unknown = "got wrong dev id 2";
    assert_says("h25", header32(dev2, 60_000), "ok", NO_BITMAP, unknown);
    assert_says("h26", header32(dev2, 0), "ok", NO_BITMAP, unknown);
    assert_says("h27", device_size(2, 0), "ok", NO_BITMAP, unknown);
    assert_stops("h29", device_size(1, (8 << 20) - 65_536), BEYOND);
    let lacks = "detected missing cluster 128 for stream drive-scsi0";
    assert_says("h30", device_size(1, (8 << 20) + 65_536), "ok", "ok", lacks);
    let large = "can't create file tmp-disk-drive-scsi0.raw: The image size is too large for file format 'raw'";
    assert_says("h32", device_size(1, 1 << 50), "ok", "ok", large);
    assert_accepts("h33", device_size(1, (8 << 20) - 100));
    let copied = with(|a| {
        let entry = a.bytes[dev1 as usize..][..32].to_vec();
        a.patch_header(DEVICES, &entry);
    });
    assert_accepts("h34", copied);
    assert_accepts("h46", renamed(b"../evil-cfg.conf", b"drive-scsi1"));
    let path = "can't create file tmp-disk-../../scsi1.raw: Could not create tmp-disk-../../scsi1.raw': No such file or directory";
    assert_says("h47", renamed(b"qemu-server.conf", b"../../scsi1"), "ok", "ok", path);
}

#[test]
fn observed_unusual_archives_are_foretold() {
    let shuffled = base_builder().order(Order::Shuffled(3)).slots_per_extent(59);
    assert_accepts("v02", shuffled.build().bytes);
    let empty = RawExtent::new(*b"archive-writer-0").to_bytes();
    let empties = with(|a| {
        a.insert(338_432, &empty).insert(13_824, &empty);
        a.bytes.extend(&empty);
    });
    assert_accepts("v06", empties);
    assert_accepts("v07", base_builder().blob_buffer_offset(12_800).build().bytes);
    assert_accepts("v08", base_builder().header_size(HeaderSize::Tight).build().bytes);
    let second = Device::from_bytes(255, "drive-scsi1", disk(SCSI1_SIZE, &[]));
    let at_255 = ArchiveBuilder::new().disk(1, "drive-scsi0", vec![0; CLUSTER]).device(second);
    assert_says("v10", at_255.build().bytes, "ok", NO_BITMAP, "got wrong dev id 255");
}

#[test]
fn names_end_at_their_first_nul_and_become_files() {
    let cut = renamed(b"a", b"drive\0/x");
    assert_accepts("NUL", cut);
    let long = |letters: usize| renamed(b"a", &b"n".repeat(letters));
    assert_accepts("a file name of 255 bytes", long(242));
    let name = format!("tmp-disk-{}.raw", "n".repeat(243));
    let too_long =
        format!("can't create file {name}: Could not create {name}': File name too long");
    assert_says("a longer one", long(243), "ok", "ok", &too_long);
}

#[test]
fn configs_are_written_to_where_their_names_lead() {
    assert_accepts("above", renamed(b"../../x.conf", b"drive-scsi1"));
    for name in ["etc/x.conf", "/etc/x.conf", "../etc/x.conf"] {
        let message = format!(
            "unable to write file: Failed to create file “{name}.XXXXXX”: No such file or directory"
        );
        // The configs come before the disks.
        let bytes = renamed(name.as_bytes(), b"a/b");
        assert_says(name, bytes, "ok", "ok", &message);
    }
}

#[test]
fn a_disk_that_no_file_can_hold_fails_before_the_extents_are_read() {
    let mut archive = base();
    archive.patch_header(DEVICES + 32 + 8, &(1_u64 << 50).to_be_bytes());
    archive.patch_extent(1, 8, b"x");
    let large = "can't create file tmp-disk-drive-scsi0.raw: The image size is too large for file format 'raw'";
    assert_says("both", archive.bytes, "ok", "wrong vma extent uuid", large);
}

#[test]
fn absurd_sizes_are_counted_in_signed_numbers() {
    let cannot = |why: &str| format!("can't create file tmp-disk-drive-scsi0.raw: {why}");
    let invalid = cannot("Value '-9223372036854775808' is out of range for parameter 'size'");
    // 2^63 is -2^63: (-2^54 + 8191) / 8192 is -(2^41 - 1).
    let overflow = format!("overflow allocating {}*8 bytes", u64::MAX - (1 << 41) + 2);
    assert_says("2^63", device_size(1, 1 << 63), "ok", &overflow, &invalid);
    // -1: no sector, and so no word.
    let no_size = cannot("Image creation needs a size parameter");
    assert_says("2^64 - 1", device_size(1, u64::MAX), "ok", NO_BITMAP, &no_size);
    assert_stops("less than a sector", device_size(1, 511), NO_BITMAP);
}
