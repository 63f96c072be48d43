//! The virtual machine of an archive, as its configuration describes it.

pub mod lines;
pub mod qemu_server_conf;
