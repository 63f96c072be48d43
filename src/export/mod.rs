//! What a person takes away: disks in the format of the place where they will
//! live, the whole machine for another hypervisor, hashes, and the names of
//! the files.

pub mod appliance;
mod backup;
pub mod disk;
pub mod disk_hash;
pub mod file_name;

pub use self::backup::Backup;
