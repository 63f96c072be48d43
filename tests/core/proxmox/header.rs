//! Of the header: what stops the program before it comes to an extent.

use super::*;

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
fn observed_headers_are_foretold() {
    let magic = "not a vma file - wrong magic number";
    assert_refuses("h01", patch_header(0, b"VMB\0"), magic);
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
    let size = |value: u32| patch(56, &value.to_be_bytes());
    assert_refuses("h08", size(0xffff_fe00), "wrong vma header size -512");
    let cut = "can't read vma header data - got EOF";
    assert_refuses("h09", size(0x7fff_fe00), cut);
    assert_refuses("h10", size(16 << 20), cut);
    assert_refuses("h13", header32(48, 13_824), "wrong vma blob buffer size 13824/683");
    assert_refuses("h16", header32(52, u32::MAX), POINTERS);
    assert_refuses("h18", header32(52, 0), POINTERS);
    assert_refuses("h19", header32(CONFIG_NAMES, 60_000), POINTERS);
    assert_refuses("h20", header32(CONFIG_DATA, 60_000), POINTERS);
    assert_refuses("h23", patch_header(12_288 + 1 + 2 + 16, b"x"), POINTERS);
    assert_refuses("h24", patch_header(12_288 + 1, &[0xff, 0xff]), POINTERS);
    assert_accepts("h36", patch_header(24, &(1_i64 << 62).to_be_bytes()));
    assert_accepts("h37", patch_header(24, &(-1_i64).to_be_bytes()));
    assert_accepts("h38", patch_header(24, &0_i64.to_be_bytes()));
    let lacks = "detected missing cluster 0 for stream drive-scsi0";
    assert_says("h45", truncate(HEADER.into()), "ok", "ok", lacks);
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
    let size = |value: u32| patch(56, &value.to_be_bytes());
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
    let both = patch(4, &2_u32.to_be_bytes());
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
