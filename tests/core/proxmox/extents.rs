//! Of extents, their slots and the clusters in them.

use super::*;

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
    assert_stops("e03", patch_extent(1, 0, b"VMAX"), magic);
    assert_stops("e04", patch_extent(1, 4, &[0, 1]), magic);
    assert_stops("e05", patch_extent(1, 8, b"x"), "wrong vma extent uuid");
    assert_stops("e06", patch(at + 8, b"x"), EXTENT_CHECKSUM);
    let missing = "vma extent error - missing blocks";
    assert_stops("e07", block_count(1, 26), missing);
    assert_stops("e09", block_count(1, 0), TOO_MANY);
    assert_stops("e10", block_count(1, 65_535), "short vma extent (156672 < 268431872)");
    assert_stops("e11", block_count(1, 945), "short vma extent (156672 < 3871232)");
    assert_stops("e12", block_count(2, 14), "short vma extent (53760 < 57856)");
    assert_stops("e30", truncate(338_432 + 26_088), "short vma extent (26088 < 53760)");
    let lacks = "detected missing cluster 99 for stream drive-scsi0";
    assert_says("e32", truncate(338_432), "ok", "ok", lacks);
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
    assert_accepts("e23", patch_extent(1, 40 + 16 + 2, &[0x5a]));
    assert_stops("e24", slot(1, 41, 1), TOO_MANY);
    let scsi1 = |cluster, mask| RawSlot { mask, reserved: 0, device: 2, cluster };
    assert_stops("e27", extra(&[scsi1(17, 1)]), BEYOND);
    assert_stops("e28", last_of_scsi1(0x0007), BEYOND);
    assert_accepts("e29", last_of_scsi1(0xffff));
}

#[test]
fn what_is_cut_or_appended_is_counted_in_its_buffer() {
    assert_stops("appended", with(|a| a.bytes.extend([0; 100])), "read short extent (100 bytes)");
    let cut = truncate(338_432 + 511);
    assert_stops("cut", cut, "read short extent (511 bytes)");
    let cut = truncate(338_432 + 512);
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
