//! What the journal of a file system that was in use holds: where each block stands in it
//! that was committed and not revoked since.
//!
//! Files that were removed or cut while they were open are on the list of orphans, or in
//! its file. Nothing names the first any more, and of the second nothing is read behind
//! their new size: so for reading there is nothing to do about them.

use std::collections::BTreeMap;

use vma_source::{be_u32, le_u16, le_u32, to_usize};

use super::disk::Disk;
use super::inode::Inode;
use super::journal::{COMMIT, Checks, DESCRIPTOR, Journal, MAGIC, REVOKE};
use super::log::{Log, bytes_of};
use super::overlay::Logged;
use super::tags::{Tag, revokes, tags};
use crate::error::{Fault, FaultKind, Result};

/// Blocks of the log that are gone through, and bytes: more than Linux ever makes one
/// unless it is told to.
const BLOCKS_MAX: u64 = 1 << 18;
const BYTES_MAX: u64 = 1 << 30;

/// Blocks behind the end of the log that are looked at, and numbers that a transaction may
/// be ahead.
const AHEAD: u32 = 256;
const NEWER_MAX: u32 = 1 << 16;

/// The tag that a fast commit starts with.
const FAST_HEAD: u16 = 9;

/// What is left of the journal.
#[derive(Default)]
pub(super) struct Recovered {
    /// By the block of the file system.
    pub(super) logged: BTreeMap<u64, Logged>,
    /// Whether there is more than could be replayed.
    pub(super) is_cut: bool,
    /// Whether the journal says that the file system has errors.
    pub(super) has_errors: bool,
}

/// Goes through the journal.
///
/// # Errors
///
/// Bytes of it are not yet known, or the source cannot be read. What is lost or wrong is
/// no error: it ends what is replayed.
pub(super) fn recover(disk: &Disk) -> Result<Recovered> {
    match open(disk) {
        Ok((log, journal)) => {
            let mut recovered =
                Recovered { has_errors: journal.has_errors, ..Recovered::default() };
            if journal.start > 0 {
                Replay::new(disk, &log, &journal).run(&mut recovered)?;
            }
            Ok(recovered)
        }
        Err(fault) if ends(&fault) => Ok(Recovered { is_cut: true, ..Recovered::default() }),
        Err(fault) => Err(fault),
    }
}

fn open(disk: &Disk) -> Result<(Log<'_>, Journal)> {
    // Without an inode, the journal is on another device.
    let number = Some(disk.superblock.journal).filter(|&number| number > 0);
    let number = number.ok_or_else(|| Fault::unsupported("journal on another device"))?;
    let inode: Inode = disk.inode(number)?;
    let log = Log::open(disk, &inode)?;
    let size = to_usize(disk.superblock.block_size);
    let journal = Journal::read(&log, &disk.sums, size)?;
    Ok((log, journal))
}

/// Whether nothing better comes of trying again.
fn ends(fault: &Fault) -> bool {
    !matches!(fault.kind, FaultKind::NotYetKnown | FaultKind::Source(_))
}

/// A transaction that was not seen to be committed.
#[derive(Default)]
struct Pending {
    /// Each with the block of the log that it stands in.
    tags: Vec<(Tag, u64)>,
    revokes: Vec<u64>,
    /// Blocks of descriptors, with how many tags were there before each.
    descriptors: Vec<(u64, usize)>,
}

/// What was committed: by block, how many transactions before, and where.
struct Replay<'a> {
    disk: &'a Disk,
    log: &'a Log<'a>,
    journal: &'a Journal,
    committed: BTreeMap<u64, (u32, Logged)>,
    revoked: BTreeMap<u64, u32>,
    passed: u64,
}

/// What one block of the log was.
enum Step {
    /// Part of a transaction, or its end: this block of the log is next.
    On(u64),
    /// Nothing that belongs there: the log ends.
    End,
    /// Something that does not agree: what is behind is not replayed.
    Cut,
}

impl<'a> Replay<'a> {
    fn new(disk: &'a Disk, log: &'a Log<'a>, journal: &'a Journal) -> Self {
        let (committed, revoked) = Default::default();
        Self { disk, log, journal, committed, revoked, passed: 0 }
    }

    fn run(mut self, recovered: &mut Recovered) -> Result<()> {
        let (mut at, mut number) = (self.journal.start, 0);
        let mut pending = Pending::default();
        loop {
            match self.step(at, &mut number, &mut pending) {
                Ok(Step::On(next)) => at = next,
                Ok(Step::End) => {
                    recovered.is_cut = self.goes_on(at, number)?;
                    break;
                }
                Err(fault) if !ends(&fault) => return Err(fault),
                Ok(Step::Cut) | Err(_) => {
                    recovered.is_cut = true;
                    break;
                }
            }
        }
        recovered.is_cut = recovered.is_cut || self.has_fast_commits(number)?;
        let revoked = self.revoked;
        let lasting = self.committed.into_iter().filter_map(|(block, (number, logged))| {
            let is_revoked = revoked.get(&block).is_some_and(|&last| last >= number);
            (!is_revoked).then_some((block, logged))
        });
        recovered.logged = lasting.collect();
        Ok(())
    }

    /// Looks at one block of the log, where something of transaction `number` should be,
    /// counted from the oldest.
    fn step(&mut self, at: u64, number: &mut u32, pending: &mut Pending) -> Result<Step> {
        if !self.pass(1) {
            return Ok(Step::Cut);
        }
        let block = self.log.read(at)?;
        let sequence = self.journal.sequence.wrapping_add(*number);
        if be_u32(&block, 0) != MAGIC || be_u32(&block, 8) != sequence {
            return Ok(Step::End);
        }
        let sums = &self.disk.sums;
        let next = self.journal.behind(at);
        match be_u32(&block, 4) {
            DESCRIPTOR | REVOKE if !self.journal.agrees_at_end(sums, &block) => Ok(Step::Cut),
            DESCRIPTOR => self.descriptor(at, &block, pending),
            REVOKE => Ok(match revokes(self.journal, &block) {
                Some(more) => {
                    pending.revokes.extend(more);
                    Step::On(next)
                }
                None => Step::Cut,
            }),
            COMMIT => {
                if !self.agrees(sequence, &block, pending)? {
                    return Ok(Step::Cut);
                }
                self.commit(*number, core::mem::take(pending))?;
                *number = number.wrapping_add(1);
                Ok(Step::On(next))
            }
            _ => Ok(Step::End),
        }
    }

    /// Whether a transaction was committed behind `at`, where the log seems to end before
    /// transaction `number`: then what stands there is not its end, but was changed.
    fn goes_on(&self, at: u64, number: u32) -> Result<bool> {
        let sequence = self.journal.sequence.wrapping_add(number);
        let mut at = at;
        for _ in 0..AHEAD {
            let block = match self.log.read(at) {
                Ok(block) => block,
                Err(fault) if ends(&fault) => return Ok(true),
                Err(fault) => return Err(fault),
            };
            // What is left of times before has smaller numbers.
            let is_newer = be_u32(&block, 8).wrapping_sub(sequence) < NEWER_MAX;
            let is_commit = be_u32(&block, 0) == MAGIC && be_u32(&block, 4) == COMMIT;
            if is_commit && is_newer && self.journal.agrees_as_commit(&self.disk.sums, &block) {
                return Ok(true);
            }
            at = self.journal.behind(at);
        }
        Ok(false)
    }

    /// Counts blocks of the log; false where it was gone round, or is too long.
    fn pass(&mut self, count: u64) -> bool {
        self.passed = self.passed.saturating_add(count);
        let all = self.journal.end.saturating_sub(self.journal.first);
        self.passed <= all.min(BLOCKS_MAX)
            && bytes_of(self.passed, self.journal.block_size) <= BYTES_MAX
    }

    fn descriptor(&mut self, at: u64, block: &[u8], pending: &mut Pending) -> Result<Step> {
        let Some(more) = tags(self.journal, block) else { return Ok(Step::Cut) };
        if !self.pass(u64::try_from(more.len()).unwrap_or(u64::MAX)) {
            return Ok(Step::Cut);
        }
        pending.descriptors.push((at, pending.tags.len()));
        let mut place = self.journal.behind(at);
        for tag in more {
            if tag.block >= self.disk.superblock.block_count {
                return Ok(Step::Cut);
            }
            pending.tags.push((tag, place));
            place = self.journal.behind(place);
        }
        Ok(Step::On(place))
    }

    /// Whether a transaction agrees with its checksums, so far as it has some.
    fn agrees(&self, sequence: u32, commit: &[u8], pending: &Pending) -> Result<bool> {
        let sums = &self.disk.sums;
        let mask = match self.journal.checks {
            Checks::None => return Ok(true),
            Checks::Commit => return self.agrees_as_a_whole(commit, pending),
            Checks::Tags16 => 0xffff,
            Checks::Tags32 => u32::MAX,
        };
        if !self.journal.agrees_as_commit(sums, commit) {
            return Ok(false);
        }
        let seed = sums.on_from(self.journal.seed, &[&sequence.to_be_bytes()]);
        for (tag, at) in &pending.tags {
            let block = self.log.read(*at)?;
            if sums.on_from(seed, &[&block]) & mask != tag.sum {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the CRC-32 over descriptors and blocks, in their order, is what the commit
    /// says; it may say nothing.
    fn agrees_as_a_whole(&self, commit: &[u8], pending: &Pending) -> Result<bool> {
        let stated = be_u32(commit, 0x10);
        match (commit.get(12..14), stated) {
            // CRC-32, of four bytes.
            (Some([1, 4]), _) => {}
            (Some([0, 0]), 0) => return Ok(true),
            _ => return Ok(false),
        }
        // The polynomial is the usual one, and bits come from the other end.
        let mut hasher = crc32fast::Hasher::new();
        let mut add = |at: u64| -> Result<()> {
            let mut block = self.log.read(at)?;
            block.iter_mut().for_each(|byte| *byte = byte.reverse_bits());
            hasher.update(&block);
            Ok(())
        };
        let mut descriptors = pending.descriptors.iter().peekable();
        for (index, (_, at)) in pending.tags.iter().enumerate() {
            while let Some((descriptor, _)) = descriptors.next_if(|(_, before)| *before <= index) {
                add(*descriptor)?;
            }
            add(*at)?;
        }
        Ok((!hasher.finalize()).reverse_bits() == stated)
    }

    fn commit(&mut self, number: u32, pending: Pending) -> Result<()> {
        for (tag, at) in pending.tags {
            let place = self.log.place(at)?;
            let logged = Logged { place, is_escaped: tag.is_escaped };
            self.committed.insert(tag.block, (number, logged));
        }
        for block in pending.revokes {
            self.revoked.insert(block, number);
        }
        Ok(())
    }

    /// Whether something was committed fast since transaction `number` would have begun.
    fn has_fast_commits(&self, number: u32) -> Result<bool> {
        let Some(at) = self.journal.fast_commits else { return Ok(false) };
        let block = match self.log.read(at) {
            Ok(block) => block,
            Err(fault) if ends(&fault) => return Ok(true),
            Err(fault) => return Err(fault),
        };
        // Little-endian: tag, length, features, transaction.
        let sequence = self.journal.sequence.wrapping_add(number);
        Ok(le_u16(&block, 0) == FAST_HEAD && le_u32(&block, 8) == sequence)
    }
}
