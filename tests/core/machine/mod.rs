//! The virtual machine that a backup is of, as its configuration tells.

mod left_out;
