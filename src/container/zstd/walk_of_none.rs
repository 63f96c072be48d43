//! What stands for [the walk ahead](super::walk) in a page: a type without a value, so that
//! nothing of it is in its modules. What threads prepare is copied to and fro there, since they
//! share no memory with the decoder: on two cores that takes as long as it saves.

use vma_zstd::BlockDecoder;
use vma_zstd::ahead::Prepared;

use crate::container::ahead::Workers;
use crate::container::input::Input;

/// What nobody walks.
pub(super) enum Walk {}

impl Walk {
    pub(super) fn new(_: Workers) -> Option<Self> {
        None
    }

    pub(super) fn go_on(&mut self, _: &BlockDecoder, _: &mut Input) {
        match *self {}
    }

    pub(super) fn passed(&mut self, _: u64) {
        match *self {}
    }

    pub(super) fn prepared(&mut self, _: u64) -> Option<Prepared<'_>> {
        match *self {}
    }
}
