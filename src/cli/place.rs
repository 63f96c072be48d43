//! What of a disk is meant: `DISK`, `DISK:AREA`, `DISK:AREA:/PATH` or `DISK:/PATH`.

use std::ffi::OsStr;
#[cfg(unix)]
use std::os::unix::ffi::OsStrExt;
#[cfg(target_os = "wasi")]
use std::os::wasi::ffi::OsStrExt;

use vma_inspector::disk_contents::{Area, DiskContents};
use vma_inspector::file_system::{Name, family};

use super::failure::Failure;
use super::shown::plainly;

/// A disk, a part of it, and a path in there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) disk: String,
    pub(crate) area: Option<String>,
    /// Name by name; `None` where no path is given.
    pub(crate) path: Option<Vec<Name>>,
}

impl Place {
    pub(crate) fn parse(text: &OsStr) -> Self {
        let bytes = text.as_bytes();
        let (disk, rest) = cut(bytes, b":");
        let (area, path) = match rest {
            Some(path) if path.starts_with(b"/") => (None, Some(path)),
            // The name of an array may have colons.
            Some(rest) => {
                let (area, path) = cut(rest, b":/");
                (Some(area), path)
            }
            None => (None, None),
        };
        let names = |path: &[u8]| {
            let names = path.split(|byte| *byte == b'/').filter(|name| !name.is_empty());
            names.map(|name| Name(name.to_vec())).collect()
        };
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let area = area.map(lossy).filter(|area| !area.is_empty());
        Self { disk: lossy(disk), area, path: path.map(names) }
    }
}

/// What stands before the first `mark`, and behind it.
fn cut<'a>(bytes: &'a [u8], mark: &[u8]) -> (&'a [u8], Option<&'a [u8]>) {
    match bytes.windows(mark.len()).position(|here| here == mark) {
        Some(at) => (
            bytes.get(..at).unwrap_or_default(),
            Some(bytes.get(at.saturating_add(mark.len())..).unwrap_or_default()),
        ),
        None => (bytes, None),
    }
}

/// A part of a disk, or a logical volume in it, under the name that a place gives it: the
/// number of the partition, `0` for a disk without any; behind a dot the logical volume's
/// name.
pub(crate) struct Named<'a> {
    pub(crate) name: String,
    pub(crate) index: usize,
    pub(crate) logical: Option<usize>,
    pub(crate) area: &'a Area,
}

impl Named<'_> {
    /// Whether its files can be listed.
    pub(crate) fn has_files(&self) -> bool {
        let volume = self.area.found.as_ref().and_then(|found| found.volume.as_ref());
        volume.is_some_and(|volume| family(volume.kind).is_some())
    }
}

/// All parts of a disk, each followed by the logical volumes in it.
pub(crate) fn areas(contents: &DiskContents) -> Vec<Named<'_>> {
    let mut all = Vec::new();
    for (index, area) in contents.areas.iter().enumerate() {
        let number = area.partition.as_ref().map_or(0, |partition| partition.number);
        let name = number.to_string();
        for (logical, volume) in area.volumes.iter().enumerate() {
            let known = volume.joined.as_ref().map_or("", |joined| joined.name.as_str());
            let name = format!("{name}.{known}");
            all.push(Named { name, index, logical: Some(logical), area: volume });
        }
        let before = all.len().saturating_sub(area.volumes.len());
        all.insert(before, Named { name, index, logical: None, area });
    }
    all
}

/// The part of that name; without one the only part that has files.
pub(crate) fn find<'a>(
    areas: &'a [Named<'a>],
    named: Option<&str>,
) -> Result<&'a Named<'a>, Failure> {
    let with_files = || areas.iter().filter(|area| area.has_files());
    let known = || {
        let names: Vec<String> = with_files().map(|area| plainly(&area.name)).collect();
        if names.is_empty() { "none has files that are read".into() } else { names.join(", ") }
    };
    match named {
        Some(named) => areas.iter().find(|area| area.name == named).ok_or_else(|| {
            Failure::Usage(format!("no area {} on this disk: {}", plainly(named), known()))
        }),
        None => match (with_files().next(), with_files().nth(1)) {
            (Some(only), None) => Ok(only),
            _ => Err(Failure::Usage(format!("say which area: {}", known()))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_disk_an_area_and_a_path() {
        let place = |text: &str| Place::parse(OsStr::new(text));
        let names =
            |names: &[&str]| Some(names.iter().map(|n| Name(n.as_bytes().to_vec())).collect());
        let expected = |area: Option<&str>, path| Place {
            disk: "scsi0".into(),
            area: area.map(str::to_owned),
            path,
        };
        assert_eq!(place("scsi0"), expected(None, None));
        assert_eq!(place("scsi0:2"), expected(Some("2"), None));
        assert_eq!(place("scsi0:/"), expected(None, names(&[])));
        assert_eq!(place("scsi0:2:/etc/a:b"), expected(Some("2"), names(&["etc", "a:b"])));
        assert_eq!(place("scsi0:0.any:1:/x"), expected(Some("0.any:1"), names(&["x"])));
        assert_eq!(place("scsi0:0.any:1"), expected(Some("0.any:1"), None));
        assert_eq!(place("scsi0:3.root:/x/"), expected(Some("3.root"), names(&["x"])));
    }
}
