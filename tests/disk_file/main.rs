//! Disks in files of their own, as QEMU makes them, held against what QEMU reads.
#![allow(missing_docs)]

mod damaged;
mod made;
#[path = "../support/programs.rs"]
mod programs;
mod qcow2;
mod raw;
mod refused;
