//! The virtual machine that a backup is of, as its configuration tells.

mod config;
mod left_out;
