//! How much a disk may be used: what Proxmox VE, libvirt and QEMU call it.

use crate::machine::config::Line;
use crate::machine::lines::times;

/// A limit.
pub(super) struct Throttle {
    /// Proxmox's names: in units, and in MiB where there is one.
    options: [&'static str; 2],
    pub(super) libvirt: &'static str,
    pub(super) qemu: &'static str,
}

const fn limit(options: [&'static str; 2], libvirt: &'static str, qemu: &'static str) -> Throttle {
    Throttle { options, libvirt, qemu }
}

const THROTTLES: [Throttle; 18] = [
    limit(["bps", "mbps"], "total_bytes_sec", "bps-total"),
    limit(["bps_rd", "mbps_rd"], "read_bytes_sec", "bps-read"),
    limit(["bps_wr", "mbps_wr"], "write_bytes_sec", "bps-write"),
    limit(["iops", ""], "total_iops_sec", "iops-total"),
    limit(["iops_rd", ""], "read_iops_sec", "iops-read"),
    limit(["iops_wr", ""], "write_iops_sec", "iops-write"),
    limit(["", "mbps_max"], "total_bytes_sec_max", "bps-total-max"),
    limit(["", "mbps_rd_max"], "read_bytes_sec_max", "bps-read-max"),
    limit(["", "mbps_wr_max"], "write_bytes_sec_max", "bps-write-max"),
    limit(["iops_max", ""], "total_iops_sec_max", "iops-total-max"),
    limit(["iops_rd_max", ""], "read_iops_sec_max", "iops-read-max"),
    limit(["iops_wr_max", ""], "write_iops_sec_max", "iops-write-max"),
    limit(["bps_max_length", ""], "total_bytes_sec_max_length", "bps-total-max-length"),
    limit(["bps_rd_max_length", ""], "read_bytes_sec_max_length", "bps-read-max-length"),
    limit(["bps_wr_max_length", ""], "write_bytes_sec_max_length", "bps-write-max-length"),
    limit(["iops_max_length", ""], "total_iops_sec_max_length", "iops-total-max-length"),
    limit(["iops_rd_max_length", ""], "read_iops_sec_max_length", "iops-read-max-length"),
    limit(["iops_wr_max_length", ""], "write_iops_sec_max_length", "iops-write-max-length"),
];

/// The limits of a drive, and their values.
pub(super) fn throttles(line: &Line) -> Vec<(&'static Throttle, u64)> {
    let value = |throttle: &'static Throttle| {
        let [plain, of_mib] = throttle.options;
        let plain = line.option(plain).and_then(|value| value.parse::<u64>().ok());
        let bytes = line.option(of_mib).and_then(|value| times(value, 1 << 20));
        Some((throttle, plain.or(bytes).filter(|value| *value > 0)?))
    };
    THROTTLES.iter().filter_map(value).collect()
}
