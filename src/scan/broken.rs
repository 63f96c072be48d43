//! What stands where an extent header should be, and is none.

use super::piece::Why;
use crate::archive::finding::FindingKind;
use crate::archive::unit::BLOCK_SIZE;
use crate::source::to_usize;

/// What stood where an extent header should be.
#[derive(Clone, Debug)]
pub(super) struct Broken {
    pub(super) at: u64,
    pub(super) why: Why,
    /// Whether nothing but zeros stands there, as far as was looked.
    is_zeros: bool,
}

impl Broken {
    /// What stands at `at`.
    pub(super) fn new(at: u64, why: Why) -> Self {
        Self { at, why, is_zeros: true }
    }

    /// Takes note of `bytes`, which stand at `start`.
    pub(super) fn note(&mut self, start: u64, bytes: &[u8]) {
        let before = to_usize(self.at.saturating_sub(start)).min(bytes.len());
        let behind = bytes.get(before..).unwrap_or(&[]);
        self.is_zeros &= behind.iter().all(|&byte| byte == 0);
    }

    /// Takes note of bytes that nobody can have.
    pub(super) fn note_loss(&mut self) {
        self.is_zeros = false;
    }

    /// Whether zeros stand there up to `end`, so many that none of them can be data
    /// that were pushed there: no block that is stored is all zeros.
    pub(super) fn is_padding(&self, end: u64) -> bool {
        self.is_zeros && end.saturating_sub(self.at) >= BLOCK_SIZE
    }

    /// Whether it is recognised for the header that should stand there although
    /// it is broken: by its magic or by the UUID of the archive.
    pub(super) fn shows_its_place(&self) -> bool {
        let Why::Broken(faults) = &self.why else { return false };
        let has = |kind: fn(&FindingKind) -> bool| faults.iter().any(kind);
        // A few bytes at the end may begin like a header by chance.
        if has(|fault| matches!(fault, FindingKind::ExtentHeaderCut { found } if *found < 16)) {
            return false;
        }
        let has_magic = !has(|fault| matches!(fault, FindingKind::ExtentMagicWrong { .. }));
        let has_uuid = !has(|fault| matches!(fault, FindingKind::ExtentUuidMismatch { .. }));
        !faults.is_empty() && (has_magic || has_uuid)
    }

    /// Whether nobody can have the bytes.
    pub(super) fn is_lost(&self) -> bool {
        matches!(self.why, Why::Lost(_))
    }
}
