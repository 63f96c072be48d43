//! What a file is that holds no archive, told by its first bytes.
//!
//! Any source can be looked at: a file, or what comes out of a container. What is
//! packed or encrypted as a whole, the image of a disk, and the tar archives that
//! vzdump makes are told [at once](at_start): whole extents of an archive may stand in
//! them as they are, and are none. What may hold a whole archive, and what is
//! told by little, is named [after a search](after_search) that came to nothing.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod proof;
mod table;
mod tar;
mod text;
mod zeros;
mod zstd_patch;

pub use table::magics;
pub use zstd_patch::is_zstd_patch;

use crate::source::{Error, Foreign, Members, ReadAt, read_range};

/// Bytes that are looked at.
const LOOKED_AT: u64 = 16 << 10;

/// What `source` is by its first bytes, where those leave no doubt and nothing that
/// is found further on can be an archive. Headers of a tar archive are read up to
/// offset `reach`.
///
/// # Errors
///
/// The source cannot be read.
pub fn at_start(source: &dyn ReadAt, reach: u64) -> Result<Option<Foreign>, Error> {
    let first = read_range(source, 0..LOOKED_AT)?;
    if let Some(found) = table::look_up(&first, table::Turn::Start) {
        return Ok(Some(found));
    }
    if !tar::is_header(&first) {
        return Ok(None);
    }
    let members = tar::list(source, reach)?;
    Ok(match members.list.as_slice() {
        list if list.iter().any(|each| tar::CONFIGS_OF_CONTAINERS.contains(&&*each.name)) => {
            Some(Foreign::ContainerBackup)
        }
        list if is_old_backup(list) => Some(Foreign::OldBackup(members)),
        _ => None,
    })
}

/// What `source` is, if a search for an archive in it came to nothing. Nothing
/// behind `reach` is looked at.
///
/// # Errors
///
/// The source cannot be read.
pub fn after_search(source: &dyn ReadAt, reach: u64) -> Result<Option<Foreign>, Error> {
    let first = read_range(source, 0..LOOKED_AT)?;
    if let Some(found) = table::look_up(&first, table::Turn::AfterSearch) {
        return Ok(Some(found));
    }
    if tar::is_header(&first) {
        let members: Members = tar::list(source, reach)?;
        return Ok(Some(Foreign::Tar(members)));
    }
    if table::is_iso(&read_range(source, table::ISO)?) {
        return Ok(Some(Foreign::Iso));
    }
    match text::recognise(&first) {
        None if first.iter().all(|&byte| byte == 0) => zeros::recognise(source, reach),
        found => Ok(found),
    }
}

/// Whether these are the members of a backup of a vzdump before 2.3: its `vmtar` wrote
/// the configuration, and then each disk as `vm-disk-<drive>.<format>`.
fn is_old_backup(list: &[crate::source::Member]) -> bool {
    let is_first = list.first().is_some_and(|first| first.name == tar::CONFIG_OF_VM);
    is_first && list.iter().skip(1).all(|each| each.name.starts_with(tar::DISK_OF_VM))
}
