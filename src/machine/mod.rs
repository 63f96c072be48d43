//! The virtual machine of an archive, as its configuration describes it.

pub mod boot;
pub mod config;
pub mod device_map;
pub mod grammar;
pub mod left_out;
pub mod lines;
pub mod qemu_server_conf;
