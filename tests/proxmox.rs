//! What Proxmox's own program says of an archive, foretold. The expected side
//! was observed with the program itself, on archives of the same layout.

#[path = "container/support.rs"]
#[allow(dead_code, reason = "the container tests use the rest")]
mod packing;
mod support;

use std::rc::Rc;

use archive_writer::{
    Archive, ArchiveBuilder, BLOCK, BlobBuffer, CLUSTER, Cluster, Content, Device, HeaderSize,
    Order, RawDevice, RawExtent, RawHeader, RawSlot,
};
use vma_inspector::container::Options;
use vma_inspector::proxmox::words::Word;
use vma_inspector::proxmox::{Prediction, Verdict, predict_unopened};

const SCSI0_SIZE: usize = 8 << 20;
const SCSI1_SIZE: usize = (1 << 20) + 8192;
const HEADER: u32 = 13_824;

/// Where things stand in the archive's header.
const CONFIG_NAMES: u64 = 2044;
const CONFIG_DATA: u64 = 3068;
const DEVICES: u64 = 4096;

const CHECKSUM: &str = "wrong vma header chechsum";
const EXTENT_CHECKSUM: &str = "wrong vma extent header chechsum";
const POINTERS: &str = "vma contains invalid data pointers";
const BEYOND: &str = "got wrong block address - write beyond end";
const TOO_MANY: &str = "short vma extent - too many blocks";
const NO_BITMAP: &str = "aborts: rstate->bitmap";
const PAST_BITMAP: &str = "aborts: rstate->bitmap_size > idx";

/// A disk of so many bytes in which these clusters have so many blocks of data,
/// from their first.
fn disk(size: usize, stored: &[(usize, usize)]) -> Vec<u8> {
    let mut bytes = vec![0; size];
    for &(cluster, blocks) in stored {
        bytes[cluster * CLUSTER..][..blocks * BLOCK].fill(0x5a);
    }
    bytes
}

/// The disks of the base archive: 54 blocks in the first 58 clusters, 25 in the
/// next 58, 13 in the last 29.
fn base_builder() -> ArchiveBuilder {
    let mut scsi0 =
        disk(SCSI0_SIZE, &[(0, 16), (1, 16), (2, 16), (3, 4), (42, 16), (43, 9), (100, 12)]);
    scsi0[SCSI0_SIZE - BLOCK..].fill(0x5a);
    let of = |device, numbers: std::ops::Range<u32>| {
        numbers.map(move |number| Cluster { device, number })
    };
    let order = of(1, 0..41).chain(of(2, 0..17)).chain(of(1, 41..128)).collect();
    ArchiveBuilder::new()
        .config("qemu-server.conf", [b'#'; 633])
        .disk(1, "drive-scsi0", scsi0)
        .disk(2, "drive-scsi1", disk(SCSI1_SIZE, &[(16, 2)]))
        .order(Order::Custom(order))
        .header_size(HeaderSize::Exact(HEADER))
}

fn base() -> Archive {
    let archive = base_builder().build();
    let extents: Vec<u64> = archive.layout.extents.iter().map(|extent| extent.offset).collect();
    assert_eq!(extents, [13_824, 235_520, 338_432]);
    assert_eq!(archive.bytes.len(), 392_192);
    assert_eq!(archive.layout.header.blob_buffer_size, 683);
    archive
}

/// The base archive, changed.
fn with(change: impl FnOnce(&mut Archive)) -> Vec<u8> {
    let mut archive = base();
    change(&mut archive);
    archive.bytes
}

fn header32(at: u64, value: u32) -> Vec<u8> {
    with(|archive| {
        archive.patch_header(at, &value.to_be_bytes());
    })
}

fn device_size(id: u64, size: u64) -> Vec<u8> {
    with(|archive| {
        archive.patch_header(DEVICES + 32 * id + 8, &size.to_be_bytes());
    })
}

/// The base archive with another first slot in its second extent; that slot
/// holds cluster 41 of device 1, which is zeros.
fn slot(device: u8, cluster: u32, mask: u16) -> Vec<u8> {
    let slot = RawSlot { mask, reserved: 0, device, cluster };
    with(|archive| {
        archive.patch_slot(1, 0, slot);
    })
}

fn block_count(extent: usize, count: u16) -> Vec<u8> {
    with(|archive| {
        archive.patch_extent(extent, 6, &count.to_be_bytes());
    })
}

/// The base archive with an extent behind the last that holds these slots and
/// as many blocks as their masks say.
fn extra(slots: &[RawSlot]) -> Vec<u8> {
    let mut extent = RawExtent::new(*b"archive-writer-0");
    extent.slots[..slots.len()].copy_from_slice(slots);
    let blocks: u32 = slots.iter().map(|slot| slot.mask.count_ones()).sum();
    extent.data = vec![0xaa; blocks as usize * BLOCK];
    with(|archive| archive.bytes.extend(extent.to_bytes()))
}

/// The slot of the last cluster of the second disk, with another mask.
fn last_of_scsi1(mask: u16) -> Vec<u8> {
    with(|archive| {
        let place = *archive.layout.cluster(2, 16).expect("it is there");
        let more = mask.count_ones() as usize - 2;
        archive.patch_slot(0, place.slot, RawSlot { mask, reserved: 0, device: 2, cluster: 16 });
        archive.patch_extent(0, 6, &(54 + more as u16).to_be_bytes());
        archive.insert(place.data + place.stored, &vec![0xaa; more * BLOCK]);
    })
}

/// An archive with these two devices, changed in its header before it is written.
fn header(change: impl FnOnce(&mut RawHeader)) -> Vec<u8> {
    let mut raw = base_builder().raw_header();
    change(&mut raw);
    let mut bytes = raw.to_bytes();
    let archive = base();
    bytes.extend(&archive.bytes[HEADER as usize..]);
    bytes
}

/// The base archive with other names of config and second disk.
fn renamed(config: &[u8], scsi1: &[u8]) -> Vec<u8> {
    header(|raw| {
        let mut blobs = BlobBuffer::default();
        raw.config_names[0] = blobs.push_name(config);
        raw.config_data[0] = blobs.push(b"cores: 1\n");
        raw.devices[1].name = blobs.push_name(b"drive-scsi0");
        raw.devices[2].name = blobs.push_name(scsi1);
        raw.blobs = blobs.bytes;
    })
}

fn said(verdict: Option<&Verdict>) -> String {
    match verdict {
        None => "not known".into(),
        Some(Verdict::Accepts) => "ok".into(),
        Some(Verdict::Fails(message)) => message.clone(),
        Some(Verdict::Aborts(assertion)) => format!("aborts: {assertion}"),
        Some(Verdict::Crashes) => "crashes".into(),
    }
}

fn predict(bytes: Vec<u8>) -> Prediction {
    let source = Rc::new(bytes);
    match vma_inspector::archive::Archive::open(source.clone(), &Options::default()) {
        Ok(archive) => support::finish(vma_inspector::scan::Scan::new(&archive)).prediction(),
        Err(_) => predict_unopened(source, &Options::default()).expect("it can be read"),
    }
}

#[track_caller]
fn assert_says(case: &str, bytes: Vec<u8>, list: &str, verify: &str, extract: &str) {
    let prediction = predict(bytes);
    let said = [&prediction.list, &prediction.verify, &prediction.extract]
        .map(|verdict| said(verdict.as_ref()));
    assert_eq!(said, [list, verify, extract], "{case}");
}

/// Both verify and extract say this of an extent.
#[track_caller]
fn assert_stops(case: &str, bytes: Vec<u8>, message: &str) {
    assert_says(case, bytes, "ok", message, message);
}

/// All of them say this of the header.
#[track_caller]
fn assert_refuses(case: &str, bytes: Vec<u8>, message: &str) {
    assert_says(case, bytes, message, message, message);
}

#[track_caller]
fn assert_accepts(case: &str, bytes: Vec<u8>) {
    assert_says(case, bytes, "ok", "ok", "ok");
}

#[test]
fn a_sound_archive_is_accepted() {
    assert_accepts("base", base().bytes);
}

/// The order of checks as upstream-verdicts has it: a header is read as long as
/// it says it is before anything in it counts.
#[test]
fn a_header_that_says_to_be_large_is_read_to_its_end() {
    let long = |change: &[(u64, &[u8])], length: u64| {
        with(|archive| {
            archive.bytes.resize(length as usize, 0x55);
            for (at, bytes) in change {
                archive.patch(*at, bytes);
            }
        })
    };
    let size = (5_u32 << 20).to_be_bytes();
    assert_refuses("large", long(&[(0x38, &size)], 10 << 20), CHECKSUM);
    assert_refuses(
        "larger than the file",
        long(&[(0x38, &size)], 4 << 20),
        "can't read vma header data - got EOF",
    );
    let large = (100_u32 << 10).to_be_bytes();
    let changes: [(u64, &[u8]); 2] = [(4, &[0, 0, 0, 2]), (0x38, &large)];
    assert_refuses("of another version", long(&changes, 1 << 20), CHECKSUM);
}

#[test]
fn observed_extent_headers_are_foretold() {
    let at = 235_520;
    assert_stops(
        "e01",
        with(|a| {
            a.patch(at + 24, &[a.bytes[235_544] ^ 1]);
        }),
        EXTENT_CHECKSUM,
    );
    assert_stops(
        "e02",
        with(|a| {
            a.patch(at + 47, &[a.bytes[235_567] ^ 1]);
        }),
        EXTENT_CHECKSUM,
    );
    let magic = "wrong vma extent header magic";
    assert_stops(
        "e03",
        with(|a| {
            a.patch_extent(1, 0, b"VMAX");
        }),
        magic,
    );
    assert_stops(
        "e04",
        with(|a| {
            a.patch_extent(1, 4, &[0, 1]);
        }),
        magic,
    );
    assert_stops(
        "e05",
        with(|a| {
            a.patch_extent(1, 8, b"x");
        }),
        "wrong vma extent uuid",
    );
    assert_stops(
        "e06",
        with(|a| {
            a.patch(at + 8, b"x");
        }),
        EXTENT_CHECKSUM,
    );
    let missing = "vma extent error - missing blocks";
    assert_stops("e07", block_count(1, 26), missing);
    assert_stops("e09", block_count(1, 0), TOO_MANY);
    assert_stops("e10", block_count(1, 65_535), "short vma extent (156672 < 268431872)");
    assert_stops("e11", block_count(1, 945), "short vma extent (156672 < 3871232)");
    assert_stops("e12", block_count(2, 14), "short vma extent (53760 < 57856)");
    assert_stops(
        "e30",
        with(|a| {
            a.truncate(338_432 + 26_088);
        }),
        "short vma extent (26088 < 53760)",
    );
    let lacks = "detected missing cluster 99 for stream drive-scsi0";
    assert_says(
        "e32",
        with(|a| {
            a.truncate(338_432);
        }),
        "ok",
        "ok",
        lacks,
    );
    assert_stops("e35", with(|a| a.bytes.extend([0; 512])), EXTENT_CHECKSUM);
    assert_stops("e38", with(|a| a.bytes.extend(base().bytes)), EXTENT_CHECKSUM);
}

#[test]
fn observed_slots_are_foretold() {
    assert_stops("e14", slot(1, 128, 0), PAST_BITMAP);
    assert_stops("e16", slot(1, u32::MAX, 0), PAST_BITMAP);
    assert_says("e19", slot(9, 41, 0), "ok", NO_BITMAP, "got wrong dev id 9");
    assert_says("e20", slot(255, 41, 0), "ok", NO_BITMAP, "got wrong dev id 255");
    let lacks = "detected missing cluster 41 for stream drive-scsi0";
    assert_says("e22", slot(0, 41, 0), "ok", "ok", lacks);
    assert_accepts(
        "e23",
        with(|a| {
            a.patch_extent(1, 40 + 16 + 2, &[0x5a]);
        }),
    );
    assert_stops("e24", slot(1, 41, 1), TOO_MANY);
    let scsi1 = |cluster, mask| RawSlot { mask, reserved: 0, device: 2, cluster };
    assert_stops("e27", extra(&[scsi1(17, 1)]), BEYOND);
    assert_stops("e28", last_of_scsi1(0x0007), BEYOND);
    assert_accepts("e29", last_of_scsi1(0xffff));
}

#[test]
fn observed_headers_are_foretold() {
    let magic = "not a vma file - wrong magic number";
    assert_refuses(
        "h01",
        with(|a| {
            a.patch_header(0, b"VMB\0");
        }),
        magic,
    );
    assert_refuses(
        "h03",
        with(|a| {
            a.flip(70);
        }),
        CHECKSUM,
    );
    assert_accepts(
        "h04",
        with(|a| {
            a.patch_header(60, &[7; 1984]);
        }),
    );
    assert_refuses("h05", header32(4, 2), "wrong vma version 2");
    assert_refuses("h06", header32(4, 0), "wrong vma version 0");
    let size = |value: u32| {
        with(|a| {
            a.patch(56, &value.to_be_bytes());
        })
    };
    assert_refuses("h08", size(0xffff_fe00), "wrong vma header size -512");
    let cut = "can't read vma header data - got EOF";
    assert_refuses("h09", size(0x7fff_fe00), cut);
    assert_refuses("h10", size(16 << 20), cut);
    assert_refuses("h13", header32(48, 13_824), "wrong vma blob buffer size 13824/683");
    assert_refuses("h16", header32(52, u32::MAX), POINTERS);
    assert_refuses("h18", header32(52, 0), POINTERS);
    assert_refuses("h19", header32(CONFIG_NAMES, 60_000), POINTERS);
    assert_refuses("h20", header32(CONFIG_DATA, 60_000), POINTERS);
    assert_refuses(
        "h23",
        with(|a| {
            a.patch_header(12_288 + 1 + 2 + 16, b"x");
        }),
        POINTERS,
    );
    assert_refuses(
        "h24",
        with(|a| {
            a.patch_header(12_288 + 1, &[0xff, 0xff]);
        }),
        POINTERS,
    );
    assert_accepts(
        "h36",
        with(|a| {
            a.patch_header(24, &(1_i64 << 62).to_be_bytes());
        }),
    );
    assert_accepts(
        "h37",
        with(|a| {
            a.patch_header(24, &(-1_i64).to_be_bytes());
        }),
    );
    assert_accepts(
        "h38",
        with(|a| {
            a.patch_header(24, &0_i64.to_be_bytes());
        }),
    );
    let lacks = "detected missing cluster 0 for stream drive-scsi0";
    assert_says(
        "h45",
        with(|a| {
            a.truncate(HEADER.into());
        }),
        "ok",
        "ok",
        lacks,
    );
    assert_refuses("h50", empty_name(), "crashes");
}

/// An archive whose second config has a name without a byte.
fn empty_name() -> Vec<u8> {
    header(|raw| {
        let mut blobs = BlobBuffer { bytes: raw.blobs.clone() };
        raw.config_names[1] = blobs.push(b"");
        raw.config_data[1] = blobs.push(b"x");
        raw.blobs = blobs.bytes;
    })
}

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
fn a_file_too_short_for_a_header_is_refused_before_its_magic() {
    for length in [0, 3, 100, 12_287] {
        let bytes = b"no archive".iter().cycle().take(length).copied().collect();
        assert_refuses("short", bytes, "can't read vma header - got EOF");
    }
    assert_refuses("cut", base().bytes[..12_288].to_vec(), "can't read vma header data - got EOF");
    let magic = "not a vma file - wrong magic number";
    assert_refuses("text", b"no archive".repeat(2000), magic);
}

#[test]
fn the_header_s_numbers_are_signed_and_wrap_at_32_bits() {
    let size = |value: u32| {
        with(|a| {
            a.patch(56, &value.to_be_bytes());
        })
    };
    assert_refuses("none", size(0), "wrong vma header size 0");
    assert_refuses("fixed part", size(12_288), "wrong vma header size 12288");
    // Wraps to a positive number of bytes, which are not there.
    assert_refuses("wraps", size((1 << 31) + 12_287), "can't read vma header data - got EOF");
    assert_refuses("negative", size((1 << 31) + 12_288), "wrong vma header size -2147471360");
    assert_refuses("version", header32(4, u32::MAX), "wrong vma version -1");
    assert_refuses("offset", header32(48, 12_287), "wrong vma blob buffer offset 12287");
    assert_refuses("offset 0", header32(48, 0), "wrong vma blob buffer offset 0");
    assert_refuses("offset wraps", header32(48, u32::MAX), "wrong vma blob buffer offset -1");
    let reaches_out = "wrong vma blob buffer size 12288/1537";
    assert_refuses("size", header32(52, 1537), reaches_out);
    assert_accepts("up to the end", header32(52, 1536));
    let far = "wrong vma blob buffer size 12288/2147483647";
    assert_refuses("size 2^31", header32(52, 0x7fff_ffff), far);
}

#[test]
fn the_order_of_header_checks_decides() {
    let both = with(|a| {
        a.patch(4, &2_u32.to_be_bytes());
    });
    assert_refuses("MD5 before version", both, CHECKSUM);
    let both = with(|a| {
        a.patch(0, b"X").patch(56, &0_u32.to_be_bytes());
    });
    assert_refuses("magic before size", both, "not a vma file - wrong magic number");
    let both = with(|a| {
        a.patch_header(48, &[0; 4]).patch_header(4, &7_u32.to_be_bytes());
    });
    assert_refuses("version before blobs", both, "wrong vma version 7");
    let both = with(|a| {
        a.patch_header(CONFIG_NAMES, &60_000_u32.to_be_bytes()).truncate(20_000);
    });
    assert_refuses("header before extents", both, POINTERS);
}

#[test]
fn pointers_count_only_where_a_blob_of_the_chain_starts() {
    // Behind the name's start stand bytes that look like a blob: length 2.
    let inside = header(|raw| {
        let mut blobs = BlobBuffer { bytes: raw.blobs.clone() };
        raw.config_data[0] = blobs.push(&[0, 2, 0, b'x', 0]) + 3;
        raw.blobs = blobs.bytes;
    });
    assert_refuses("inside a blob", inside, POINTERS);
    assert_accepts("no data, so no config", header32(CONFIG_DATA, 0));
    assert_accepts("no name, so no config", header32(CONFIG_NAMES, 0));
    let empty_data = header(|raw| {
        let mut blobs = BlobBuffer { bytes: raw.blobs.clone() };
        raw.config_data[0] = blobs.push(b"");
        raw.blobs = blobs.bytes;
    });
    assert_accepts("an empty config", empty_data);
    let last_slot = header(|raw| {
        raw.config_names[255] = raw.config_names[0];
        raw.config_data[255] = 60_000;
    });
    assert_refuses("the last slot", last_slot, POINTERS);
    let nameless = header(|raw| {
        let mut blobs = BlobBuffer { bytes: raw.blobs.clone() };
        raw.devices[9] = RawDevice { name: blobs.push(b""), ..RawDevice::default() };
        raw.blobs = blobs.bytes;
    });
    assert_refuses("a device's name without a byte", nameless, "crashes");
    let unterminated = header(|raw| {
        let mut blobs = BlobBuffer { bytes: raw.blobs.clone() };
        raw.devices[2].name = blobs.push(b"drive-scsi1");
        raw.blobs = blobs.bytes;
    });
    assert_says("a device's name without NUL", unterminated, "ok", NO_BITMAP, "got wrong dev id 2");
}

#[test]
fn what_is_cut_or_appended_is_counted_in_its_buffer() {
    assert_stops("appended", with(|a| a.bytes.extend([0; 100])), "read short extent (100 bytes)");
    let cut = with(|a| {
        a.truncate(338_432 + 511);
    });
    assert_stops("cut", cut, "read short extent (511 bytes)");
    let cut = with(|a| {
        a.truncate(338_432 + 512);
    });
    assert_stops("header only", cut, "short vma extent (512 < 53760)");
    // Six extents of 58 full clusters, 3,801,600 bytes each: more than its
    // buffer, which holds 59.
    let mut dense = ArchiveBuilder::new().disk(1, "drive-scsi0", vec![7; 348 * CLUSTER]).build();
    dense.patch_extent(1, 6, &65_535_u16.to_be_bytes());
    assert_stops("buffer", dense.bytes.clone(), "short vma extent (3867136 < 268431872)");
    dense.patch_extent(1, 6, &945_u16.to_be_bytes());
    assert_stops("one more", dense.bytes.clone(), "short vma extent (3867136 < 3871232)");
    // 944 blocks fit into the buffer, so their number is what is wrong.
    dense.patch_extent(1, 6, &944_u16.to_be_bytes());
    assert_stops("fits", dense.bytes, "vma extent error - missing blocks");
}

#[test]
fn clusters_count_once_within_a_bitmap_of_whole_words() {
    let scsi1 = |cluster, mask| RawSlot { mask, reserved: 0, device: 2, cluster };
    let twice = RawSlot { mask: 0, reserved: 0, device: 1, cluster: 42 };
    let duplicate = "found duplicated cluster 42 for stream drive-scsi0";
    assert_stops("twice", extra(&[twice]), duplicate);
    assert_accepts("past the end, no data", extra(&[scsi1(17, 0), scsi1(63, 0)]));
    let again = "found duplicated cluster 63 for stream drive-scsi1";
    assert_stops("past the end, twice", extra(&[scsi1(63, 0), scsi1(17, 0), scsi1(63, 0)]), again);
    assert_stops("past the bitmap", extra(&[scsi1(64, 0)]), PAST_BITMAP);
    assert_stops("a full cluster past the end", extra(&[scsi1(17, 0xffff)]), BEYOND);
    // 4 MiB and 100 bytes are 65 clusters and 8192 sectors: one word.
    let odd = Device::new(1, "drive-scsi0", (4 << 20) + 100, Content::from_bytes(Vec::new()));
    let whole = ArchiveBuilder::new().device(odd.clone());
    assert_stops("bits by sectors", whole.build().bytes, PAST_BITMAP);
    let of = |count| (0..count).map(|number| Cluster { device: 1, number }).collect();
    let cut = ArchiveBuilder::new().device(odd).order(Order::Custom(of(64)));
    assert_says("the check at the end", cut.build().bytes, "ok", "ok", PAST_BITMAP);
}

#[test]
fn the_order_of_slot_checks_decides() {
    let at = |device, cluster, mask| RawSlot { mask, reserved: 0, device, cluster };
    let duplicate = "found duplicated cluster 42 for stream drive-scsi0";
    assert_stops("slot by slot", extra(&[at(1, 42, 0), at(1, 128, 0)]), duplicate);
    assert_stops("slot by slot", extra(&[at(1, 128, 0), at(1, 42, 0)]), PAST_BITMAP);
    assert_says("device first", slot(9, 42, 0xffff), "ok", NO_BITMAP, "got wrong dev id 9");
    // Cluster 42 stands in the slot behind, whose fault never shows.
    assert_stops("blocks before the next", slot(1, 42, 0xffff), duplicate);
    // A full cluster does not fit behind the 25 blocks, which is seen first.
    let full = with(|a| {
        a.patch_slot(2, 58, at(2, 17, 0xffff));
    });
    assert_stops("fits before inside", full, TOO_MANY);
    let earlier = with(|a| {
        a.patch_slot(0, 58, at(1, 0, 0)).patch_extent(1, 8, b"x");
    });
    assert_stops("extents in order", earlier, "found duplicated cluster 0 for stream drive-scsi0");
}

#[test]
fn a_vmstate_has_to_come_in_order_and_may_be_of_any_length() {
    let state = |id, clusters| {
        let content = Content::from_bytes(vec![7; 3 * CLUSTER]);
        ArchiveBuilder::new()
            .disk(1, "drive-scsi0", vec![1; CLUSTER])
            .device(Device::vmstate(id, 512, clusters, content))
    };
    assert_accepts("longer than declared", state(2, 300).build().bytes);
    assert_accepts("at the last id", state(255, 3).build().bytes);
    let of = |numbers: &[u32]| {
        let disk = Cluster { device: 1, number: 0 };
        let clusters = numbers.iter().map(|&number| Cluster { device: 2, number });
        Order::Custom([disk].into_iter().chain(clusters).collect())
    };
    let disorder = "found out of order vmstate data";
    for numbers in [&[0, 2][..], &[1], &[0, 1, 1]] {
        assert_stops("order", state(2, 3).order(of(numbers)).build().bytes, disorder);
    }
    assert_accepts("less than declared", state(2, 3).order(of(&[])).build().bytes);
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

#[test]
fn two_disks_of_one_name_fail_when_the_second_is_renamed() {
    let rename = "rename tmp-disk-drive-scsi0.raw to disk-drive-scsi0.raw failed - No such file or directory";
    assert_says("one name", renamed(b"a", b"drive-scsi0"), "ok", "ok", rename);
    assert!(!predict(renamed(b"a", b"drive-scsi0")).extract.unwrap().is_letter_for_letter());
}

#[test]
fn a_config_cannot_take_the_name_of_a_folder() {
    // GLib 2.74 and the kernel, asked for these names.
    for (name, why) in [
        ("", "Not a directory"),
        ("/", "Not a directory"),
        (".", "Device or resource busy"),
        ("..", "Device or resource busy"),
        ("../", "Device or resource busy"),
        ("./.", "Device or resource busy"),
    ] {
        let message = format!(
            "unable to write file: Failed to rename file “{name}.XXXXXX” to “{name}”: g_rename() failed: {why}"
        );
        let bytes = renamed(name.as_bytes(), b"drive-scsi1");
        assert_says(name, bytes, "ok", "ok", &message);
    }
}

#[test]
fn file_names_in_messages_are_marked() {
    let files = |message: &str| -> Vec<String> {
        let words = Verdict::Fails(message.into()).words();
        let whole: String = words.iter().map(Word::text).collect();
        assert_eq!(whole, message);
        let file = |word| if let Word::File(name) = word { Some(name) } else { None };
        words.into_iter().filter_map(file).collect()
    };
    let create = "can't create file tmp-disk-a/b.raw: Could not create tmp-disk-a/b.raw': No such file or directory";
    assert_eq!(files(create), ["tmp-disk-a/b.raw", "tmp-disk-a/b.raw"]);
    let rename = "rename tmp-disk-a.raw to disk-a.raw failed - No such file or directory";
    assert_eq!(files(rename), ["tmp-disk-a.raw", "disk-a.raw"]);
    let config = "unable to write file: Failed to rename file “..XXXXXX” to “.”: g_rename() failed: Device or resource busy";
    assert_eq!(files(config), ["..XXXXXX", "."]);
    assert!(files(BEYOND).is_empty());
}

#[test]
fn missing_clusters_are_told_of_the_first_device_that_lacks_one() {
    let of = |device, numbers: std::ops::Range<u32>| {
        numbers.map(move |number| Cluster { device, number })
    };
    let order = Order::Custom(of(2, 0..3).chain(of(1, 0..128)).collect());
    let lacks = "detected missing cluster 3 for stream drive-scsi1";
    assert_says("second", base_builder().order(order).build().bytes, "ok", "ok", lacks);
    let order = Order::Custom(of(1, 5..100).collect());
    let lacks = "detected missing cluster 0 for stream drive-scsi0";
    assert_says("first", base_builder().order(order).build().bytes, "ok", "ok", lacks);
}

#[test]
fn nothing_is_foretold_of_what_was_not_reached() {
    let archive = support::open(base().bytes);
    let prediction = vma_inspector::scan::Scan::new(&archive).prediction();
    assert_eq!(
        prediction,
        Prediction { list: Some(Verdict::Accepts), verify: None, extract: None }
    );
}

#[test]
fn an_archive_that_would_not_be_accepted_is_not_kept_as_such() {
    let archive = support::open(renamed(b"a", b"x/y"));
    let scan = support::finish(vma_inspector::scan::Scan::new(&archive));
    assert_eq!(scan.found().findings().count(), 0);
    assert_eq!(vma_inspector::scan::kept::to_bytes(&archive, &scan), None);
}

#[test]
fn a_packed_archive_is_foretold_like_a_plain_one() {
    let mut dense = ArchiveBuilder::new().disk(1, "drive-scsi0", vec![7; 116 * CLUSTER]).build();
    dense.patch_extent(0, 6, &65_535_u16.to_be_bytes());
    let cases = [
        (base().bytes, "ok"),
        (block_count(2, 14), "short vma extent (53760 < 57856)"),
        (block_count(1, 65_535), "short vma extent (156672 < 268431872)"),
        (dense.bytes, "short vma extent (3867136 < 268431872)"),
        (with(|a| a.bytes.extend([0; 100])), "read short extent (100 bytes)"),
        (with(|a| a.bytes.extend([0; 512])), EXTENT_CHECKSUM),
    ];
    for program in ["zstd", "lzop", "gzip", "bzip2"] {
        for (bytes, expected) in &cases {
            let Some(packed) = packing::run(program, &["-c"], bytes) else { continue };
            assert_stops(program, packed, expected);
        }
        let Some(cut) = packing::run(program, &["-c"], &base().bytes[..13_000]) else { continue };
        assert_refuses(program, cut, "can't read vma header data - got EOF");
        let Some(text) = packing::run(program, &["-c"], &b"text".repeat(9999)) else { continue };
        assert_refuses(program, text, "not a vma file - wrong magic number");
    }
}
