//! What stands for [blocks that others decode](super::ahead) where nobody does, as in a
//! page: a type without a value, so that nothing of them is in its modules.

use core::marker::PhantomData;

use super::ranges::Ranges;
use super::walk::{Block, Unpacked, Walk};
use crate::container::ahead::Workers;

/// What nobody decodes.
pub(super) struct Ahead<W>(Workers, PhantomData<W>);

impl<W: Walk> Ahead<W> {
    pub(super) fn new(workers: Workers) -> Self {
        Self(workers, PhantomData)
    }

    pub(super) fn holds(&mut self, _: u64) -> bool {
        self.0.never()
    }

    pub(super) fn take(&mut self) -> Option<(Block<W::Resume>, Unpacked)> {
        self.0.never()
    }

    pub(super) fn first(&self) -> Option<u64> {
        self.0.never()
    }

    pub(super) fn follow(&mut self, _: &W, _: &Block<W::Resume>) {
        self.0.never()
    }

    pub(super) fn hand_out(&mut self, _: u64, _: &Ranges, _: bool) {
        self.0.never()
    }

    pub(super) fn compare(&mut self, _: &mut W, _: Block<W::Resume>) -> bool {
        self.0.never()
    }

    pub(super) fn compared(&mut self) -> Option<(Block<W::Resume>, Option<Unpacked>)> {
        self.0.never()
    }

    pub(super) fn forget_all(&mut self) {
        self.0.never()
    }
}
