//! What stands for [the walk ahead](super::walk) where nobody works there, as in a page: a
//! type without a value, so that nothing of it is in its modules.

use vma_zstd::BlockDecoder;
use vma_zstd::ahead::Prepared;

use crate::container::ahead::Workers;
use crate::container::input::Input;

/// What nobody walks.
pub(super) struct Walk(Workers);

impl Walk {
    pub(super) fn new(workers: Workers) -> Self {
        Self(workers)
    }

    pub(super) fn go_on(&mut self, _: &BlockDecoder, _: &mut Input) {
        self.0.never()
    }

    pub(super) fn passed(&mut self, _: u64) {
        self.0.never()
    }

    pub(super) fn prepared(&mut self, _: u64) -> Option<Prepared<'_>> {
        self.0.never()
    }
}
