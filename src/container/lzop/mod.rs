//! lzop: parts of blocks that each decode by themselves.
//!
//! A header's lengths count only if the chain of blocks goes on behind them or
//! the block decodes to just that; otherwise the next sound block is looked for.
//! If all that lies between is one block that decodes, nothing is lost.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod header;
mod resync;
mod search;
mod task;
mod walk;

pub(super) use self::task::{Done, Task};
pub(super) use self::walk::Lzop;
