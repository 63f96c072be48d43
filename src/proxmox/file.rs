//! The files that `vma extract` makes in the folder it is given: one for each
//! config and one for each disk, named after them. Names are not checked, so
//! they may lead elsewhere; what cannot be a file ends the program.

use super::end::End;
use super::header::Device;

/// The largest file of ext4, on which Proxmox VE unpacks unless told otherwise.
const FILE_MAX: u64 = (1 << 44) - 4096;

/// Bytes of the name of a file, at most.
const NAME_MAX: usize = 255;

/// What a config is called until it is whole: random letters behind its name.
const UNFINISHED: &str = ".XXXXXX";

/// Said of a size that is negative in signed numbers: seen in part, the numbers
/// put together from QEMU's code.
const OUT_OF_RANGE: &str =
    "can't create file tmp-disk-%s.raw: Value '%d' is out of range for parameter 'size'";

/// What is wrong with a path.
enum PathFault {
    NoFolder,
    TooLong,
    /// It is the new folder itself.
    IsFolder,
    /// It is a folder that is in use: `.` or `..`.
    InUse,
}

/// Why the program cannot write a config. The words are those of GLib 2.74's
/// `g_file_set_contents`, asked for such names.
pub(super) fn config_fault(name: &[u8]) -> Option<End> {
    let fault = path_fault(name, UNFINISHED.len()).or_else(|| folder_fault(name));
    Some(End::says(match fault? {
        PathFault::NoFolder => {
            "unable to write file: Failed to create file “%s.XXXXXX”: No such file or directory"
        }
        PathFault::TooLong => {
            "unable to write file: Failed to create file “%s.XXXXXX”: File name too long"
        }
        PathFault::IsFolder => {
            "unable to write file: Failed to rename file “%s.XXXXXX” to “%s”: g_rename() failed: Not a directory"
        }
        PathFault::InUse => {
            "unable to write file: Failed to rename file “%s.XXXXXX” to “%s”: g_rename() failed: Device or resource busy"
        }
    }))
}

/// Why the program cannot make the file that a disk is extracted to.
pub(super) fn disk_fault(disk: &Device) -> Option<End> {
    let (size, path) = (disk.size, [b"tmp-disk-", disk.name.as_slice()].concat());
    let message = match path_fault(&path, ".raw".len()) {
        Some(PathFault::NoFolder | PathFault::IsFolder | PathFault::InUse) => {
            "can't create file tmp-disk-%s.raw: Could not create tmp-disk-%s.raw': No such file or directory"
        }
        Some(PathFault::TooLong) => {
            "can't create file tmp-disk-%s.raw: Could not create tmp-disk-%s.raw': File name too long"
        }
        None if size == u64::MAX => {
            "can't create file tmp-disk-%s.raw: Image creation needs a size parameter"
        }
        None if size > i64::MAX.unsigned_abs() => {
            return Some(End::Says(OUT_OF_RANGE, [size, 0], disk.id));
        }
        None if size > FILE_MAX => {
            "can't create file tmp-disk-%s.raw: The image size is too large for file format 'raw'"
        }
        None => return None,
    };
    Some(End::Says(message, [0; 2], disk.id))
}

/// Why no file can be made at a path in a new folder, with an ending of so
/// many bytes behind it. The folders above it are there, and none below.
fn path_fault(path: &[u8], ending: usize) -> Option<PathFault> {
    let mut parts = path.split(|&byte| byte == b'/');
    let last = parts.next_back().unwrap_or(path);
    let is_there = |part: &[u8]| matches!(part, b"" | b"." | b"..");
    if let Some(folder) = parts.find(|part| !is_there(part)) {
        let is_long = folder.len() > NAME_MAX;
        return Some(if is_long { PathFault::TooLong } else { PathFault::NoFolder });
    }
    (last.len().saturating_add(ending) > NAME_MAX).then_some(PathFault::TooLong)
}

/// Why a config that was written cannot be given a name that is a folder's.
fn folder_fault(path: &[u8]) -> Option<PathFault> {
    let is_slash = |byte: &u8| *byte == b'/';
    match path.split(is_slash).rfind(|part| !part.is_empty()) {
        None => Some(PathFault::IsFolder),
        Some(b"." | b"..") => Some(PathFault::InUse),
        Some(_) => None,
    }
}
