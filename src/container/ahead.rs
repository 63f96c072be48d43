//! Work that somebody else does ahead of who needs it, such as the threads of a program:
//! blocks that depend on nothing but their own bytes.
//!
//! Whoever decodes hands [tasks](Task) out, and takes what came of them in the order of
//! the contents. What is noted, found and given up comes about there alone, so it does not
//! depend on who worked, nor on whether anybody did.

#![cfg_attr(
    target_family = "wasm",
    allow(dead_code, reason = "in a page blocks of zstd are no tasks")
)]

use std::rc::Rc;

use super::{bzip2, lzop};

/// Who works ahead.
pub type Workers = Rc<dyn WorkAhead>;

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
    Bzip2(bzip2::Task),
    Zstd(Batch),
}

#[derive(Debug)]
enum Made {
    Lzop(lzop::Done),
    Bzip2(bzip2::Done),
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

    /// A block of bzip2.
    pub(super) fn bzip2(task: bzip2::Task) -> Self {
        Self(Work::Bzip2(task))
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
            Work::Bzip2(task) => Done(Made::Bzip2(task.run())),
            Work::Zstd(mut batch) => {
                vma_zstd::ahead::prepare(&batch.blocks, &mut batch.prepared);
                Done(Made::Zstd(batch))
            }
        }
    }

    /// Itself as bytes, for somebody who shares no memory with whoever handed it out: see
    /// [`run_bytes`]. `None` where there would be too much to be copied.
    #[must_use]
    pub fn into_bytes(self) -> Option<Vec<u8>> {
        let (mut bytes, kind) = match self.0 {
            Work::Lzop(task) => (task.into_bytes(), LZOP),
            Work::Bzip2(task) => (task.into_bytes(), BZIP2),
            Work::Zstd(_) => return None,
        };
        bytes.push(kind);
        Some(bytes)
    }
}

/// What stands behind the bytes of a task: of which container it is. Behind those of what
/// came of it stands one more.
const LZOP: u8 = 1;
const BZIP2: u8 = 3;

/// Does the task that `bytes` [are](Task::into_bytes); what [comes](Done::from_bytes) of it,
/// and nothing if they are no task.
#[must_use]
pub fn run_bytes(mut bytes: Vec<u8>) -> Vec<u8> {
    let kind = bytes.pop().unwrap_or(0);
    let done = match kind {
        LZOP => lzop::Task::from_bytes(&bytes).map(|task| task.run().into_bytes()),
        BZIP2 => bzip2::Task::from_bytes(bytes).map(|task| task.run().into_bytes()),
        _ => None,
    };
    done.map_or(Vec::new(), |mut done| {
        done.push(kind.saturating_add(1));
        done
    })
}

impl Done {
    /// What came of a task elsewhere, by its bytes; or by those of the task itself, which
    /// nobody has begun. Then it is done here, so that nothing is read for it again.
    #[must_use]
    pub fn from_bytes(mut bytes: Vec<u8>) -> Option<Self> {
        const LZOP_DONE: u8 = LZOP + 1;
        const BZIP2_DONE: u8 = BZIP2 + 1;
        Some(Self(match bytes.pop()? {
            LZOP_DONE => Made::Lzop(lzop::Done::from_bytes(bytes)?),
            LZOP => Made::Lzop(lzop::Task::from_bytes(&bytes)?.run()),
            BZIP2_DONE => Made::Bzip2(bzip2::Done::from_bytes(bytes)?),
            BZIP2 => Made::Bzip2(bzip2::Task::from_bytes(bytes)?.run()),
            _ => return None,
        }))
    }

    /// That of a block of lzop.
    pub(super) fn into_lzop(self) -> Option<lzop::Done> {
        if let Made::Lzop(done) = self.0 { Some(done) } else { None }
    }

    /// That of a block of bzip2.
    pub(super) fn into_bzip2(self) -> Option<bzip2::Done> {
        if let Made::Bzip2(done) = self.0 { Some(done) } else { None }
    }

    /// That of blocks of zstd.
    pub(super) fn into_zstd(self) -> Option<Batch> {
        if let Made::Zstd(batch) = self.0 { Some(batch) } else { None }
    }
}
