//! Files whose clusters are placed in the order in which they come, as `qemu-img` reads them.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::process::Command;

use serde_json::Value;
use vma_inspector::export::disk::{DiskFormat, Gathered};

use crate::programs::has;

const CLUSTER: u64 = 64 << 10;

/// What `qemu-img` prints of a file.
fn qemu_img(arguments: &[&str]) -> String {
    let told = Command::new("qemu-img").args(arguments).output().expect("qemu-img runs");
    assert!(told.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&told.stdout));
    String::from_utf8(told.stdout).unwrap()
}

/// Clusters of a disk of 1 TiB, out of order and far apart: more than one refcount block
/// and one L2 table name them.
fn clusters() -> Vec<u64> {
    let of = 1_u64 << 40;
    // 40,009 is prime, so that each comes once.
    (0..34_000_u64)
        .map(|number| number * 7919 % 40_009)
        .map(|number| number * 101)
        .inspect(|cluster| assert!(cluster * CLUSTER < of))
        .collect()
}

#[test]
fn a_qcow2_names_each_cluster_where_it_was_placed() {
    if !has("qemu-img", &["--version"]) {
        return;
    }
    let size = 1_u64 << 40;
    let mut file = Gathered::new(DiskFormat::Qcow2, size).unwrap().unwrap();
    let clusters = clusters();
    let placed: Vec<u64> = clusters.iter().map(|cluster| file.place(*cluster).unwrap()).collect();
    let path = std::env::temp_dir().join(format!("vma-gathered-{}.qcow2", std::process::id()));
    let made = File::create(&path).unwrap();
    let mut end = 0;
    for (place, bytes) in file.tables() {
        made.write_all_at(&bytes, place).unwrap();
        end = end.max(place + bytes.len() as u64);
    }
    assert!(end <= file.length() && file.length() < end + CLUSTER);
    made.set_len(file.length()).unwrap();
    let name = path.to_str().unwrap();
    qemu_img(&["check", "-f", "qcow2", name]);
    let map: Value =
        serde_json::from_str(&qemu_img(&["map", "-f", "qcow2", "--output=json", name])).unwrap();
    let mut mapped = std::collections::HashMap::new();
    for part in map.as_array().unwrap() {
        let Some(offset) = part.get("offset").and_then(Value::as_u64) else { continue };
        let (start, length) = (part["start"].as_u64().unwrap(), part["length"].as_u64().unwrap());
        for step in (0..length).step_by(CLUSTER as usize) {
            mapped.insert((start + step) / CLUSTER, offset + step);
        }
    }
    assert_eq!(mapped.len(), clusters.len());
    for (cluster, place) in clusters.iter().zip(placed) {
        assert_eq!(mapped.get(cluster), Some(&place), "cluster {cluster}");
    }
    let _ = std::fs::remove_file(&path);
}

#[test]
fn only_raw_and_qcow2_are_gathered_and_only_what_is_in_the_disk_is_placed() {
    for format in DiskFormat::ALL {
        let is_gathered = Gathered::new(format, 3 << 20).unwrap().is_some();
        assert_eq!(is_gathered, matches!(format, DiskFormat::Raw | DiskFormat::Qcow2));
    }
    let mut raw = Gathered::new(DiskFormat::Raw, CLUSTER + 512).unwrap().unwrap();
    assert_eq!((raw.place(1), raw.place(2), raw.length()), (Some(CLUSTER), None, CLUSTER + 512));
    assert_eq!(raw.tables().count(), 0);
    assert!(Gathered::new(DiskFormat::Qcow2, 1 << 60).is_err(), "no qcow2 is so large");
}
