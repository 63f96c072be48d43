//! The module that looks into disks which the first reads.

mod describe;
