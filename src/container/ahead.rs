//! Work that somebody else does ahead of who needs it, such as the threads of a program:
//! blocks that depend on nothing but their own bytes.
//!
//! Whoever decodes hands [tasks](Task) out, and takes what came of them in the order of
//! the contents. What is noted, found and given up comes about there alone, so it does not
//! depend on who worked, nor on whether anybody did.

use std::rc::Rc;

use super::lzop;

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

    /// Itself as bytes, for somebody who shares no memory with whoever handed it out: see
    /// [`run_bytes`].
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        let (mut bytes, kind) = match self.0 {
            Work::Lzop(task) => (task.into_bytes(), LZOP_TASK),
            Work::Zstd(batch) => (batch.blocks, ZSTD_TASK),
        };
        bytes.push(kind);
        bytes
    }
}

/// What stands behind the bytes of a task, and of what came of it: what they are.
const LZOP: u8 = 1;
const ZSTD: u8 = 2;
const LZOP_TASK: u8 = 3;
const ZSTD_TASK: u8 = 4;

/// Does the task that `bytes` [are](Task::into_bytes). What [comes](Done::from_bytes) of it
/// are the first bytes of `into`, which is made longer where that is needed; returns how
/// many, and none if `bytes` are no task.
#[must_use]
pub fn run_bytes(bytes: &[u8], into: &mut Vec<u8>) -> usize {
    let Some((&kind, bytes)) = bytes.split_last() else { return 0 };
    let (length, kind) = match (kind, lzop::Task::from_bytes(bytes)) {
        (ZSTD_TASK, _) => (vma_zstd::ahead::prepare(bytes, into), ZSTD),
        (LZOP_TASK, Some(task)) => {
            *into = task.run().into_bytes();
            (into.len(), LZOP)
        }
        _ => return 0,
    };
    match into.get_mut(length) {
        Some(behind) => *behind = kind,
        None => into.push(kind),
    }
    length.saturating_add(1)
}

impl Done {
    /// What came of a task elsewhere, by its bytes; or by those of the task itself, which
    /// nobody has begun. Then it is done here, so that nothing is read for it again; blocks
    /// of zstd are left to whoever needs them, who has them and spares a stage so.
    #[must_use]
    pub fn from_bytes(mut bytes: Vec<u8>) -> Option<Self> {
        let kind = bytes.pop()?;
        Some(Self(match kind {
            LZOP => Made::Lzop(lzop::Done::from_bytes(bytes)?),
            LZOP_TASK => Made::Lzop(lzop::Task::from_bytes(&bytes)?.run()),
            ZSTD => Made::Zstd(Batch { blocks: Vec::new(), prepared: bytes }),
            _ => return None,
        }))
    }

    /// That of a block of lzop.
    pub(super) fn into_lzop(self) -> Option<lzop::Done> {
        if let Made::Lzop(done) = self.0 { Some(done) } else { None }
    }

    /// That of blocks of zstd.
    pub(super) fn into_zstd(self) -> Option<Batch> {
        if let Made::Zstd(batch) = self.0 { Some(batch) } else { None }
    }
}
