//! What Proxmox's own `vma` program would say of an archive: whether `list`,
//! `verify` and `extract` accept it, and with which words they do not.
//!
//! It stops at the first fault, so the order of its checks decides. They are
//! followed here one by one, in its own numbers, of 32 bits where it counts in
//! 32 bits. Source: the behaviour of pve-qemu 10.0.2's `vma`, whose reader is
//! unchanged in 11.0.0. What is foretold is about the archive itself; a
//! container has to be unpacked before that.

pub mod backup_name;
pub mod backup_time;
mod end;
mod file;
mod header;
mod known;
mod reading;
pub mod renamed;
pub mod restore;
pub mod restored;
pub mod unpacker;
pub mod unpacker_said;
mod verdict;
pub mod words;

use std::rc::Rc;

pub use self::reading::Reading;
pub use self::verdict::Verdict;
use crate::container::{self, Options};
use crate::source::Error;
use crate::source::ReadAt;

/// What the program's commands do with an archive; `None` as long as the scan
/// has not come far enough to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prediction {
    /// `vma list` and `vma config`, which read the header only.
    pub list: Option<Verdict>,
    /// `vma verify`.
    pub verify: Option<Verdict>,
    /// `vma extract`, which a restore runs.
    pub extract: Option<Verdict>,
}

impl Prediction {
    /// Whether all of them are known to accept it.
    #[must_use]
    pub fn accepts(&self) -> bool {
        [&self.list, &self.verify, &self.extract].into_iter().all(|v| *v == Some(Verdict::Accepts))
    }

    fn all(verdict: Option<Verdict>) -> Self {
        Self { list: verdict.clone(), verify: verdict.clone(), extract: verdict }
    }
}

/// What the program says of a source that [`Archive::open`] refuses.
///
/// [`Archive::open`]: crate::archive::Archive::open
///
/// # Errors
///
/// The source cannot be read, or is a container that cannot be unpacked: the
/// program does not come to see an archive.
pub fn predict_unopened(source: Rc<dyn ReadAt>, options: &Options) -> Result<Prediction, Error> {
    let contents = container::open(source, options)?;
    Ok(match header::read_from(contents.outermost())? {
        Err(end) => Prediction::all(Some(end.verdict(|_| ""))),
        Ok(_) => Prediction { list: Some(Verdict::Accepts), ..Prediction::all(None) },
    })
}
