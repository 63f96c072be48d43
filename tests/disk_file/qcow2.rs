//! What QEMU writes in any way, read as QEMU reads it.

use crate::made::{Made, assert_as_qemu, stored};

/// Writes that touch clusters in part and whole, next to each other and far apart; zeros
/// over and beside them; and what is given back.
fn commands(cluster: u64, version: u32) -> Vec<String> {
    let mib = 1 << 20;
    let mut all = vec![
        format!("write -P 0x11 0 {}", 3 * cluster),
        format!("write -P 0x22 {} 512", 5 * cluster + 512),
        format!("write -P 0x33 {} {}", 2 * mib, 2 * cluster),
        format!("write -P 0x44 {} {}", 9 * mib - 1024, 4096),
        format!("write -P 0x55 {} 512", 12 * mib + 512 - 512),
        format!("discard {} {}", cluster, cluster),
        // The disk ends within a cluster.
        format!("write -P 0x77 {} 1024", 13 * mib - 512),
    ];
    if version == 3 {
        all.push(format!("write -z {} {}", 2 * mib + cluster / 2, cluster));
        all.push(format!("write -z -u {} {}", 6 * mib, 3 * cluster));
        all.push(format!("write -P 0x66 {} 512", 6 * mib + cluster));
    }
    all
}

const SIZE: u64 = (13 << 20) + 512;

fn versions(options: &str) -> u32 {
    if options.contains("compat=0.10") { 2 } else { 3 }
}

#[test]
fn a_disk_of_any_options_reads_as_qemu_reads_it() {
    let Some(made) = Made::new("options") else { return };
    let mut options = Vec::new();
    for cluster in [512_u64, 4096, 65_536, 2 << 20] {
        for compat in ["0.10", "1.1"] {
            options.push((cluster, format!("cluster_size={cluster},compat={compat}")));
        }
        options.push((cluster, format!("cluster_size={cluster},lazy_refcounts=on")));
        options.push((cluster, format!("cluster_size={cluster},preallocation=metadata")));
        options.push((cluster, format!("cluster_size={cluster},preallocation=falloc")));
    }
    for cluster in [16_384_u64, 65_536, 2 << 20] {
        options.push((cluster, format!("cluster_size={cluster},extended_l2=on")));
        options.push((
            cluster,
            format!("cluster_size={cluster},extended_l2=on,preallocation=metadata"),
        ));
    }
    for (number, (cluster, options)) in options.iter().enumerate() {
        let name = format!("{number}.qcow2");
        made.run(&format!("qemu-img create -q -f qcow2 -o {options} {name} {SIZE}"));
        assert_as_qemu(&made, &name);
        made.io(&commands(*cluster, versions(options)), &name);
        assert_as_qemu(&made, &name);
    }
}

#[test]
fn compressed_clusters_read_as_qemu_reads_them() {
    let Some(made) = Made::new("compressed") else { return };
    made.run(&format!("qemu-img create -q -f qcow2 from.qcow2 {SIZE}"));
    made.io(&commands(65_536, 3), "from.qcow2");
    // Bytes that compress little and much.
    let numbers: Vec<u8> = (0..400_000_u32)
        .flat_map(|number| (number.wrapping_mul(number) / 7).to_le_bytes())
        .collect();
    made.write("numbers.raw", &numbers);
    let mut count = 0;
    for cluster in [512, 4096, 65_536, 2 << 20] {
        for kind in ["zlib", "zstd"] {
            for extended in ["off", "on"] {
                if extended == "on" && cluster < 16_384 {
                    continue;
                }
                for (from, format) in [("from.qcow2", "qcow2"), ("numbers.raw", "raw")] {
                    count += 1;
                    let name = format!("{count}.qcow2");
                    let options = format!(
                        "cluster_size={cluster},compression_type={kind},extended_l2={extended}"
                    );
                    made.run(&format!(
                        "qemu-img convert -c -f {format} -O qcow2 -o {options} {from} {name}"
                    ));
                    assert_as_qemu(&made, &name);
                    // What is written over a compressed cluster is not compressed.
                    made.io(&["write -P 0x88 1024 2048".into()], &name);
                    assert_as_qemu(&made, &name);
                }
            }
        }
    }
}

#[test]
fn compressed_version_2_is_deflate() {
    let Some(made) = Made::new("compressed-2") else { return };
    made.write("numbers.raw", &(0..60_000_u32).flat_map(u32::to_le_bytes).collect::<Vec<u8>>());
    made.run("qemu-img convert -c -f raw -O qcow2 -o compat=0.10 numbers.raw two.qcow2");
    assert_as_qemu(&made, "two.qcow2");
    assert_eq!(made.open("two.qcow2").expect("opens").facts().expect("qcow2").version, 2);
}

#[test]
fn snapshots_are_named_and_not_read() {
    let Some(made) = Made::new("snapshots") else { return };
    made.run("qemu-img create -q -f qcow2 disk.qcow2 4M");
    made.io(&["write -P 1 0 1M".into()], "disk.qcow2");
    made.run("qemu-img snapshot -c before-upgrade disk.qcow2");
    made.io(&["write -P 2 0 512k".into()], "disk.qcow2");
    made.run("qemu-img snapshot -c second disk.qcow2");
    assert_as_qemu(&made, "disk.qcow2");
    let disk = made.open("disk.qcow2").expect("opens");
    let facts = disk.facts().expect("qcow2");
    let names: Vec<&str> = facts.named.iter().map(|one| one.name.as_str()).collect();
    assert_eq!((facts.snapshots, names), (2, vec!["before-upgrade", "second"]));
}

#[test]
fn a_large_empty_disk_costs_nothing() {
    let Some(made) = Made::new("large") else { return };
    made.run("qemu-img create -q -f qcow2 disk.qcow2 60T");
    made.io(&["write -P 9 50T 1M".into()], "disk.qcow2");
    let disk = made.open("disk.qcow2").expect("opens");
    let start = 50 << 40;
    assert_eq!(stored(&disk), core::slice::from_ref(&(start..start + (1 << 20))));
}
