//! Whether a file's name fits what is in the file: an old backup under a new
//! name, or one machine's under another's, is a classic trap.
//!
//! vzdump takes the time in the name from its host's clock, in the host's zone,
//! when it starts on the machine, and `vma` the one in the header, in UTC, when
//! it starts to write (vma-format.md, proxmox.md).

use super::backup_name::{named_time, named_vmid};
use super::backup_time::time_of;
use crate::machine::lines::{drive_lines, option_value};

const HOUR: i64 = 3600;

/// How far behind UTC a host's clock can be, and how far ahead, seconds.
const ZONE_WEST: i64 = 12 * HOUR;
const ZONE_EAST: i64 = 14 * HOUR;

/// How long after its start a job may come to write the header: it waits for
/// locks, and in the mode `stop` for the guest to shut down.
const RUN_MAX: i64 = 24 * HOUR;

/// Something in a file's name that does not fit what is in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// In no time zone was the header written when the name says.
    Time {
        /// The time in the name, as it stands there.
        named: String,
        /// The header's, in the same form, in UTC.
        written: String,
        /// Seconds from the first to the second, as if both were in UTC.
        seconds_later: i64,
    },
    /// The config's volumes belong to other machines than the name says.
    Vmid {
        /// The number in the name.
        named: String,
        /// Those in the names of the volumes, each once, in order.
        volumes: Vec<String>,
    },
}

impl Remark {
    /// A stable name in kebab-case, to match on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Time { .. } => "time-differs",
            Self::Vmid { .. } => "vmid-differs",
        }
    }
}

/// What does not fit between the `name` of a file, the `ctime` of its header
/// in seconds since 1970, and the text of its `qemu-server.conf`.
#[must_use]
pub fn remarks(name: &str, ctime: i64, config: &str) -> Vec<Remark> {
    [time_remark(name, ctime), vmid_remark(name, config)].into_iter().flatten().collect()
}

fn time_remark(name: &str, ctime: i64) -> Option<Remark> {
    let (named, text) = named_time(name)?;
    let seconds_later = ctime.checked_sub(named)?;
    let written = time_of(ctime)?;
    let fits = (-ZONE_EAST..=ZONE_WEST + RUN_MAX).contains(&seconds_later);
    (!fits).then(|| Remark::Time { named: text.to_owned(), written, seconds_later })
}

fn vmid_remark(name: &str, config: &str) -> Option<Remark> {
    let named = named_vmid(name)?;
    let mut volumes: Vec<&str> = Vec::new();
    for (_, value) in drive_lines(config) {
        let vmid = option_value(value, "file", true).and_then(vmid_of_volume);
        volumes.extend(vmid.filter(|vmid| !volumes.contains(vmid)));
    }
    let differs = !volumes.is_empty() && !volumes.contains(&named);
    let owned = || volumes.into_iter().map(str::to_owned).collect();
    differs.then(|| Remark::Vmid { named: named.to_owned(), volumes: owned() })
}

/// The number of the machine that a volume belongs to, as its name says:
/// `vm-112-disk-0`, `base-112-disk-0`, also behind the volume that it is a
/// linked clone of.
fn vmid_of_volume(volume: &str) -> Option<&str> {
    let last = volume.rsplit(['/', ':']).next()?;
    let rest = last.strip_prefix("vm-").or_else(|| last.strip_prefix("base-"))?;
    let (vmid, _) = rest.split_once('-')?;
    (!vmid.is_empty() && vmid.bytes().all(|byte| byte.is_ascii_digit())).then_some(vmid)
}
