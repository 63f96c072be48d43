//! The module that looks into disks which the first reads.

mod damage;
mod describe;
mod facts;
mod save;
mod search;
mod shared;
mod thrown;
mod volume;
