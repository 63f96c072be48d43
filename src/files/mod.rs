//! The files of a disk: its file systems are read through a cache that never waits.
//!
//! A file system is found by [`Locating`] it, opened by an [`Opening`], and the [`Volume`]
//! is then asked by pieces of work:
//! [`Volume::attempt`], or the stepped values [`Listing`], [`Search`], [`Pack`] and
//! [`Contents`]. Where something is wanted for one, [`Volume::fetch`] works towards it,
//! and the same is asked again.

pub mod cache;
mod contents;
mod damage;
mod deleted;
mod folders;
pub mod guest;
mod in_order;
mod left_out;
mod listing;
mod locating;
mod member;
mod output;
mod pack;
mod path;
mod reading;
mod search;
mod stored;
mod streams;
mod survey;
mod todo;
mod volume;

pub use self::cache::Cache;
pub use self::contents::{Contents, read_as_far};
pub use self::damage::{Counts, Damage, Damaged, Hurt};
pub use self::deleted::{DeletedHit, DeletedWalk};
pub use self::left_out::Missed;
pub use self::listing::{Listed, Listing};
pub use self::locating::{Locating, Place};
pub use self::output::Form;
pub use self::pack::Pack;
pub use self::path::Chosen;
pub use self::search::{Hit, Search};
pub use self::survey::Survey;
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
