//! The files of a disk: its file systems are read through a cache that never waits.
//!
//! A [`Volume`] is opened by an [`Opening`], and then asked by pieces of work:
//! [`Volume::attempt`], or the stepped values [`Listing`], [`Search`], [`Pack`] and
//! [`Contents`]. Where something is wanted for one, [`Volume::fetch`] works towards it,
//! and the same is asked again.

pub mod cache;
mod contents;
mod in_order;
mod left_out;
mod listing;
mod member;
mod pack;
mod search;
mod volume;

pub use self::cache::Cache;
pub use self::contents::{Contents, read_as_far};
pub use self::left_out::Missed;
pub use self::listing::{Listed, Listing};
pub use self::pack::{Chosen, Pack};
pub use self::search::{Hit, Search};
pub use self::volume::{Opening, Volume};

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Something has to be fetched first; then the step is to be made again.
    Wanting,
    /// There is more to do.
    GoesOn,
    /// All is done.
    Done,
}
