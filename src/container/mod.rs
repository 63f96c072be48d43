//! What wraps an archive, told by its first bytes and not by its name: a
//! crashed job leaves `….vma.dat`, whatever is in it. Where the first bytes are
//! lost, what stands further on tells.
//!
//! [`open`] makes the archive's bytes readable at any offset, whatever wraps
//! them, as [`Contents`]. What is wrong with the container is told apart from
//! what is wrong with the archive in it: see [`Contents::findings`].

mod ahead;
mod blockwise;
mod bzip2;
mod checkpoint;
mod contents;
mod continued;
mod copy;
mod find;
mod finding;
mod format;
mod gzip;
mod input;
mod log;
mod loss;
mod lzop;
mod nested;
mod options;
mod progress;
mod sequential;
#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test may panic")]
mod tests;
mod zstd;

use std::rc::Rc;

pub use self::ahead::{Done, Task, WorkAhead, Workers, run_bytes};
pub use self::contents::Contents;
pub use self::continued::{Joint, continues};
pub(crate) use self::copy::copy_start;
pub use self::find::find_inside;
pub use self::finding::{BlockChecksum, ContainerFinding, ContainerFindingKind, finding_codes};
pub use self::format::Container;
pub use self::log::{Checksums, Covered, End, Verdict};
pub use self::loss::landmark::{Landmark, Proof};
use self::nested::DEPTH_MAX;
pub use self::options::{Options, WINDOW_LIMIT, WINDOW_MAX};
pub use self::progress::{Progress, VerifyProgress};
use crate::source::{Error, Part, ReadAt, read_range};

/// Bytes that tell a container.
const RECOGNISED_BY: u64 = 6;

/// Bytes that are read and decoded, at most, to come to the first of the contents.
const APPROACH_MAX: u64 = 16 << 20;

/// Makes the bytes in `source` readable, whatever container they are in; a
/// source that is no container is passed through. Reads the first few bytes, and
/// more only if those tell neither a container nor an archive: then the one that
/// the [hint](Options::hint) names or that is [found inside](find_inside) counts.
/// What is packed again is read through, three containers deep.
///
/// # Errors
///
/// The source cannot be read.
pub fn open(source: Rc<dyn ReadAt>, options: &Options) -> Result<Contents, Error> {
    let first = read_range(&source, 0..RECOGNISED_BY)?;
    let container = match Container::recognise(&first) {
        None if first.starts_with(find::ARCHIVE) => None,
        None => find_inside(&source, options.hint)?,
        container => container,
    };
    let mut contents = Contents::new(source, options, container);
    for _ in 1..DEPTH_MAX {
        let Some(inner) = packed_in(&contents)? else { break };
        // What each of them keeps adds up.
        let checkpoint_bytes = options.checkpoint_bytes / DEPTH_MAX;
        let options = Options { checkpoint_bytes, ..*options };
        contents = Contents::nested(Rc::new(contents), &options, inner);
    }
    Ok(contents)
}

/// The container that what comes out of a container begins as, if it is one.
///
/// # Errors
///
/// The source cannot be read.
pub fn packed_in(contents: &Contents) -> Result<Option<Container>, Error> {
    if contents.container().is_none() {
        return Ok(None);
    }
    let range = 0..RECOGNISED_BY;
    let first = match contents.approach(range.clone(), APPROACH_MAX) {
        Ok(true) => read_range(contents, range),
        Ok(false) => return Ok(None),
        Err(error) => Err(error),
    };
    match first {
        Ok(first) => Ok(Container::recognise(&first)),
        Err(error) if error.part() == Part::Source => Err(error),
        // What the container asks for comes up when it is read.
        Err(_) => Ok(None),
    }
}
