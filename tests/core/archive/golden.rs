//! Archives written by Proxmox's own program, with what it says of them: see
//! `tests/fixtures`.

use std::path::Path;

use crate::support::{codes, image, open, scan};
use serde_json::Value;
use sha2::{Digest, Sha256};

fn sha256(bytes: &[u8]) -> String {
    vma_inspector::source::hex(&Sha256::digest(bytes))
}

fn for_each_plain(check: impl Fn(&str, Vec<u8>, &Value)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let truth = std::fs::read(folder.join("truth.json")).expect("truth.json is there");
    let truth: Value = serde_json::from_slice(&truth).expect("truth.json is JSON");
    let mut seen = 0;
    for (name, truth) in truth.as_object().expect("an object") {
        if let Ok(bytes) = std::fs::read(folder.join(name)) {
            check(name, bytes, truth);
            seen += 1;
        }
    }
    assert_eq!(seen, 3, "golden archives are plain .vma files named in truth.json");
}

#[test]
fn golden_headers_say_what_proxmox_says() {
    for_each_plain(|name, bytes, truth| {
        let archive = open(bytes);
        let header = archive.header();
        assert!(header.is_trusted(), "{name}");
        assert_eq!(header.uuid().to_string(), truth["uuid"], "{name}");
        assert_eq!(header.ctime(), truth["ctime"], "{name}");
        assert_eq!(header.header_size(), truth["header_size"], "{name}");
        assert_eq!(header.blob_buffer_offset(), truth["blob_buffer_offset"], "{name}");
        assert_eq!(header.blob_buffer_size(), truth["blob_buffer_size"], "{name}");
        assert_eq!(vma_inspector::source::hex(&header.stated_md5()), truth["header_md5"], "{name}");
        let configs = truth["configs"].as_array().expect("configs");
        assert_eq!(header.configs().len(), configs.len(), "{name}");
        for (config, truth) in header.configs().iter().zip(configs) {
            assert_eq!(config.name, truth["name"], "{name}");
            assert_eq!(sha256(&config.data), truth["sha256"], "{name}");
        }
    });
}

#[test]
fn golden_disks_come_out_as_proxmox_extracts_them() {
    for_each_plain(|name, bytes, truth| {
        let header = std::rc::Rc::clone(open(bytes.clone()).header());
        let scan = scan(bytes);
        assert_eq!(codes(&scan), [""; 0], "{name}");
        let devices = truth["devices"].as_array().expect("devices");
        assert_eq!(header.devices().len(), devices.len(), "{name}");
        for (device, truth) in header.devices().iter().zip(devices) {
            assert_eq!(device.id.get(), truth["id"], "{name}");
            assert_eq!(device.name, truth["name"], "{name}");
            assert_eq!(sha256(&image(&scan, device.id.get())), truth["sha256"], "{name}");
        }
    });
}

#[test]
fn golden_layouts_are_counted_as_they_are() {
    for_each_plain(|name, bytes, truth| {
        let header = std::rc::Rc::clone(open(bytes.clone()).header());
        let scan = scan(bytes);
        let (extents, layout) = (scan.found().extents(), &truth["layout"]);
        let counts =
            header.devices().iter().map(|d| scan.found().device(d).expect("declared").counts);
        let sum = |of: fn(&vma_inspector::image::index::ClusterCounts) -> u64| {
            counts.clone().map(|c| of(&c)).sum::<u64>()
        };
        for (found, key) in [
            (extents.count, "extents"),
            (extents.clusters_max, "max_clusters_per_extent"),
            (extents.clusters_min, "min_clusters_per_extent"),
            (extents.mixed, "extents_with_more_than_one_device"),
            (extents.device_switches, "device_switches"),
            (extents.clusters_out_of_order, "out_of_order_clusters"),
            (extents.data_bytes / 4096, "stored_4k_blocks"),
            (sum(|c| c.zero), "clusters_mask_zero"),
            (sum(|c| c.full), "clusters_mask_full"),
            (sum(|c| c.partial), "clusters_mask_partial"),
        ] {
            assert_eq!(found, layout[key], "{name}: {key}");
        }
    });
}
