//! Disks and machines as files for other programs.

mod appliance;
mod disk;
mod passing;
