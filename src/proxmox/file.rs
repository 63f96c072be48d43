//! The files that `vma extract` makes in the folder it is given: one for each
//! config and one for each disk, named after them. Names are not checked, so
//! they may lead elsewhere; what cannot be a file ends the program.

use super::Verdict;

/// The largest file of ext4, on which Proxmox VE unpacks unless told otherwise.
const FILE_MAX: u64 = (1 << 44) - 4096;

/// Bytes of the name of a file, at most.
const NAME_MAX: usize = 255;

/// What a file is called until it is whole: random letters behind its name.
const UNFINISHED: &str = ".XXXXXX";

const TOO_LONG: &str = "File name too long";
const NO_FOLDER: &str = "No such file or directory";

/// Why the program cannot write a config.
pub(super) fn config_fault(name: &[u8]) -> Option<Verdict> {
    let why = path_fault(name, UNFINISHED.len())?;
    let name = String::from_utf8_lossy(name);
    let message =
        format!("unable to write file: Failed to create file “{name}{UNFINISHED}”: {why}");
    Some(Verdict::Fails(message))
}

/// Why the program cannot make the file that a disk is extracted to.
pub(super) fn disk_fault(name: &[u8], size: u64) -> Option<Verdict> {
    let path = [b"tmp-disk-", name].concat();
    let file = format!("{}.raw", String::from_utf8_lossy(&path));
    let why = match path_fault(&path, ".raw".len()) {
        Some(reason) => format!("Could not create {file}': {reason}"),
        None if size == u64::MAX => "Image creation needs a size parameter".into(),
        None if size > i64::MAX.unsigned_abs() => "Failed to resize file: Invalid argument".into(),
        None if size > FILE_MAX => "The image size is too large for file format 'raw'".into(),
        None => return None,
    };
    Some(Verdict::Fails(format!("can't create file {file}: {why}")))
}

/// Why no file can be made at a path in a new folder, with an ending of so
/// many bytes behind it. The folders above it are there, and none below.
fn path_fault(path: &[u8], ending: usize) -> Option<&'static str> {
    let mut parts = path.split(|&byte| byte == b'/');
    let last = parts.next_back().unwrap_or(path);
    let is_there = |part: &[u8]| matches!(part, b"" | b"." | b"..");
    if let Some(folder) = parts.find(|part| !is_there(part)) {
        return Some(if folder.len() > NAME_MAX { TOO_LONG } else { NO_FOLDER });
    }
    (last.len().saturating_add(ending) > NAME_MAX).then_some(TOO_LONG)
}
