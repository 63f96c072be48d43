//! Work that somebody else does ahead of who needs it, such as the threads of a program:
//! blocks that depend on nothing but their own bytes.
//!
//! Whoever decodes hands [tasks](Task) out, and takes what came of them in the order of
//! the contents. What is noted, found and given up comes about there alone, so it does not
//! depend on who worked, nor on whether anybody did.
#![cfg_attr(target_family = "wasm", allow(dead_code, reason = "in a page nobody works ahead"))]

#[cfg(not(target_family = "wasm"))]
use std::rc::Rc;

use super::lzop;

/// Who works ahead. In a page nobody does: a type without a value, and so the modules of
/// the page hold nothing of this.
#[cfg(not(target_family = "wasm"))]
pub type Workers = Rc<dyn WorkAhead>;
/// Who works ahead: in a page, nobody.
#[cfg(target_family = "wasm")]
pub type Workers = Nobody;

/// Takes tasks, and gives what comes of them.
pub trait WorkAhead {
    /// How many work, besides who takes: so many tasks are under way at once.
    fn hands(&self) -> usize;

    /// Begins a task; returns a number that no other task has.
    fn begin(&self, task: Task) -> u64;

    /// What came of a task, which is asked for once; `None` if that is not to be had: then
    /// it is done where it is needed.
    fn take(&self, number: u64) -> Option<Done>;

    /// A task will not be asked for.
    fn forget(&self, number: u64);
}

/// Work that can be done anywhere.
#[derive(Debug)]
pub struct Task(Work);

/// What came of a task.
#[derive(Debug)]
pub struct Done(Made);

#[derive(Debug)]
enum Work {
    Lzop(lzop::Task),
    Zstd(Batch),
}

#[derive(Debug)]
enum Made {
    Lzop(lzop::Done),
    Zstd(Batch),
}

/// [Blocks of zstd](vma_zstd::ahead), and what was prepared of them.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) blocks: Vec<u8>,
    pub(super) prepared: Vec<u8>,
}

impl Task {
    /// A block of lzop.
    pub(super) fn lzop(task: lzop::Task) -> Self {
        Self(Work::Lzop(task))
    }

    /// Blocks of zstd, with room for what is prepared of them.
    pub(super) fn zstd(batch: Batch) -> Self {
        Self(Work::Zstd(batch))
    }

    /// Does it.
    #[must_use]
    pub fn run(self) -> Done {
        match self.0 {
            Work::Lzop(task) => Done(Made::Lzop(task.run())),
            Work::Zstd(mut batch) => {
                vma_zstd::ahead::prepare(&batch.blocks, &mut batch.prepared);
                Done(Made::Zstd(batch))
            }
        }
    }
}

impl Done {
    /// That of a block of lzop.
    pub(super) fn into_lzop(self) -> Option<lzop::Done> {
        if let Made::Lzop(done) = self.0 { Some(done) } else { None }
    }

    /// That of blocks of zstd.
    pub(super) fn into_zstd(self) -> Option<Batch> {
        if let Made::Zstd(batch) = self.0 { Some(batch) } else { None }
    }
}

/// Has no value.
#[cfg(target_family = "wasm")]
#[derive(Clone, Debug)]
pub struct Nobody(core::convert::Infallible);

#[cfg(target_family = "wasm")]
impl Nobody {
    pub(super) fn hands(&self) -> usize {
        self.never()
    }

    /// Nothing calls it.
    pub(super) fn never(&self) -> ! {
        match self.0 {}
    }
}
