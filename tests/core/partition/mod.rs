//! Partition tables as `sfdisk` and `sgdisk` make them, held against what `sfdisk` reads
//! of them; and damaged ones.

use std::fs;
use std::process::Command;

use crate::file_system::Made;
use crate::programs::has;
use serde_json::Value;
use vma_inspector::partition::{Layout, Purpose, Remark, Scheme, Use, layout};

const MIB: usize = 1 << 20;

fn programs() -> bool {
    let is_there =
        |name| has("sh", &["-c", &format!("PATH=$PATH:/sbin:/usr/sbin command -v {name}")]);
    is_there("sfdisk") && is_there("sgdisk")
}

/// What `sfdisk` reads: sector size, and number, start, size and type of each, in sectors.
fn sfdisk(made: &Made) -> Vec<(u32, u64, u64, String)> {
    let output = Command::new("/usr/sbin/sfdisk").arg("--json").arg(&made.path).output();
    let json: Value = serde_json::from_slice(&output.expect("it runs").stdout).expect("JSON");
    let partitions = json["partitiontable"]["partitions"].as_array().cloned().unwrap_or_default();
    let name = made.path.to_str().expect("UTF-8").to_owned();
    let each = partitions.iter().map(|one| {
        let number = one["node"].as_str().and_then(|node| node.strip_prefix(&name));
        let number = number.and_then(|number| number.parse().ok()).expect("a number");
        let kind = one["type"].as_str().expect("a type").to_lowercase();
        (number, one["start"].as_u64().expect("start"), one["size"].as_u64().expect("size"), kind)
    });
    each.collect()
}

fn ours(layout: &Layout) -> Vec<(u32, u64, u64, String)> {
    let each = layout.partitions.iter().map(|one| {
        let length = one.range.end - one.range.start;
        let kind = match one.purpose {
            Purpose::Mbr(kind) => format!("{kind:x}"),
            Purpose::Gpt(kind) => kind.to_string(),
        };
        (one.number, one.range.start / 512, length / 512, kind)
    });
    each.collect()
}

const GPT: &str = "sgdisk -n 1:0:+1M -t 1:ef02 -n 2:0:+8M -t 2:ef00 -c 2:'EFI System' \
    -n 5:0:+16M -t 5:8300 -c 5:Wurzel -n 6:0:0 -t 6:8200 $F";

const MBR: &str = "printf 'label: dos\\nlabel-id: 0xdeadbeef\\nsize=8M, type=83, bootable\\n\
    size=16M, type=82\\ntype=f\\nsize=4M, type=7\\nsize=4M, type=8e\\ntype=83\\n' | sfdisk -q $F";

#[test]
fn a_gpt_and_an_mbr_are_read_as_sfdisk_reads_them() {
    if !programs() {
        return;
    }
    for (name, command, scheme, count) in
        [("gpt", GPT, Scheme::Gpt, 4), ("mbr", MBR, Scheme::Mbr, 6)]
    {
        let made = Made::new(name, 64);
        assert!(made.run(command), "{command}");
        let found = layout(&*made.source()).expect("a file");
        assert_eq!((found.scheme, found.partitions.len()), (scheme, count));
        assert_eq!(ours(&found), sfdisk(&made));
        assert_eq!(found.remarks, []);
        match scheme {
            Scheme::Mbr => {
                assert_eq!(found.disk_id.as_deref(), Some("deadbeef"));
                assert!(found.partitions[0].is_active && !found.partitions[1].is_active);
            }
            _ => {
                let names: Vec<_> = found.partitions.iter().map(|p| p.name.as_deref()).collect();
                assert_eq!(names, [None, Some("EFI System"), Some("Wurzel"), None]);
                let codes: Vec<_> =
                    found.partitions.iter().map(|p| p.purpose.use_of().map(Use::code)).collect();
                let wanted = ["bios-boot", "efi-system", "linux", "linux-swap"];
                assert_eq!(codes, wanted.map(Some));
            }
        }
    }
}

/// Twenty logical partitions, one in the other.
const NESTED: &str = "{ printf 'label: dos\\nsize=1M\\ntype=f\\n'; \
    for n in $(seq 20); do echo size=1M; done; } | sfdisk -q $F";

#[test]
fn twenty_logical_partitions_and_a_hybrid_mbr_are_read_as_sfdisk_reads_them() {
    if !programs() {
        return;
    }
    let made = Made::new("nested", 64);
    assert!(made.run(NESTED));
    let found = layout(&*made.source()).expect("a file");
    assert_eq!(ours(&found), sfdisk(&made));
    assert_eq!((found.partitions.len(), found.remarks), (22, vec![]));
    let made = Made::new("hybrid", 64);
    assert!(made.run(&format!("{GPT} > /dev/null; sgdisk -h 2:5 $F")));
    let found = layout(&*made.source()).expect("a file");
    assert_eq!(ours(&found), sfdisk(&made));
    assert_eq!((found.scheme, found.remarks), (Scheme::Gpt, vec![Remark::Hybrid]));
}

#[test]
fn what_identifies_a_partition_is_what_blkid_calls_partuuid() {
    if !programs() {
        return;
    }
    for (name, command) in [("gpt-ids", GPT), ("mbr-ids", MBR), ("nested-ids", NESTED)] {
        let made = Made::new(name, 64);
        assert!(made.run(command));
        let told = Command::new("partx").args(["-g", "-o", "UUID"]).arg(&made.path).output();
        let told = String::from_utf8(told.expect("it runs").stdout).expect("text");
        let told: Vec<_> = told.split_whitespace().collect();
        let found = layout(&*made.source()).expect("a file");
        let ids: Vec<_> = found.partitions.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, told, "{name}");
    }
}

/// A disk with the GPT, and what is read of it when it is whole.
fn gpt_disk(name: &str) -> Option<(Vec<u8>, Layout)> {
    if !programs() {
        return None;
    }
    let made = Made::new(name, 64);
    assert!(made.run(GPT));
    let disk = fs::read(&made.path).expect("it is there");
    let found = layout(&disk).expect("memory");
    Some((disk, found))
}

#[test]
fn a_broken_gpt_gives_way_to_its_copy_and_that_is_said() {
    let Some((disk, whole)) = gpt_disk("copy") else { return };
    // In the header; in the entries.
    for at in [512 + 40, 1024 + 60] {
        let mut broken = disk.clone();
        broken[at] ^= 1;
        let found = layout(&broken).expect("memory");
        assert_eq!(found.partitions, whole.partitions, "{at}");
        assert_eq!(found.remarks, [Remark::FirstGptBroken], "{at}");
    }
    let mut broken = disk.clone();
    let end = broken.len();
    broken[end - 512 + 40] ^= 1;
    let found = layout(&broken).expect("memory");
    assert_eq!((found.partitions, found.remarks), (whole.partitions, vec![Remark::GptCopyBroken]));
    let mut both = broken;
    both[512 + 40] ^= 1;
    let found = layout(&both).expect("memory");
    assert_eq!((found.scheme, found.partitions.len()), (Scheme::Gpt, 0));
    assert_eq!(found.remarks, [Remark::GptLost]);
}

#[test]
fn a_disk_that_grew_or_shrank_is_told() {
    let Some((disk, whole)) = gpt_disk("grown") else { return };
    let mut grown = disk.clone();
    grown.resize(80 * MIB, 0);
    let found = layout(&grown).expect("memory");
    assert_eq!(
        (found.partitions, found.remarks),
        (whole.partitions, vec![Remark::GptCopyElsewhere])
    );
    let found = layout(&disk[..40 * MIB].to_vec()).expect("memory");
    assert_eq!(found.remarks, [Remark::GptCopyBroken, Remark::BeyondEnd(6)]);
}

#[test]
fn a_gpt_that_an_mbr_does_not_know_of_is_left_over() {
    let Some((mut disk, _)) = gpt_disk("left") else { return };
    let made = Made::new("other", 64);
    assert!(made.run(MBR));
    let other = fs::read(&made.path).expect("it is there");
    disk[..512].copy_from_slice(&other[..512]);
    let found = layout(&disk).expect("memory");
    assert_eq!(found.scheme, Scheme::Mbr);
    assert!(found.remarks.contains(&Remark::StaleGpt), "{:?}", found.remarks);
    // Without any MBR it is all that there is.
    disk[..512].fill(0);
    let found = layout(&disk).expect("memory");
    assert_eq!((found.scheme, found.partitions.len()), (Scheme::Gpt, 4));
    assert_eq!(found.remarks, [Remark::NoProtectiveMbr]);
}

#[test]
fn a_gpt_in_sectors_of_4096_bytes_is_read() {
    let Some((disk, whole)) = gpt_disk("wide") else { return };
    // What `sgdisk` wrote, moved to where UEFI 2.10, 5.3.1 has it in such sectors; all
    // numbers count sectors, whatever their length.
    let mut wide = vec![0; disk.len() * 8];
    wide[..512].copy_from_slice(&disk[..512]);
    let last = disk.len() / 512 - 1;
    for sector in [1, last] {
        wide[sector * 4096..][..512].copy_from_slice(&disk[sector * 512..][..512]);
    }
    wide[2 * 4096..][..16_384].copy_from_slice(&disk[1024..][..16_384]);
    wide[(last - 32) * 4096..][..16_384].copy_from_slice(&disk[(last - 32) * 512..][..16_384]);
    let found = layout(&wide).expect("memory");
    assert_eq!((found.sector_size, found.remarks), (4096, vec![]));
    let starts = |layout: &[vma_inspector::partition::Partition], sector: u64| {
        layout.iter().map(|one| one.range.start / sector).collect::<Vec<_>>()
    };
    assert_eq!(starts(&found.partitions, 4096), starts(&whole.partitions, 512));
}

#[test]
fn a_chain_that_leads_into_itself_ends() {
    if !programs() {
        return;
    }
    let made = Made::new("circle", 64);
    assert!(made.run(MBR));
    let mut disk = fs::read(&made.path).expect("it is there");
    let first = layout(&disk).expect("memory").partitions[2].range.start as usize;
    // The second entry of an extended boot record leads on: back to the first.
    disk[first + 446 + 16 + 8..][..4].fill(0);
    let found = layout(&disk).expect("memory");
    assert_eq!(found.remarks, [Remark::ChainBroken]);
    assert_eq!(found.partitions.iter().map(|p| p.number).collect::<Vec<_>>(), [1, 2, 3, 5]);
}
