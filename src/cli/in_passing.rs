//! A disk that is copied while its backup is read for the first time. What comes out of a
//! container is had once, for the check and for the disk.
//!
//! What speaks against any of it may show only later. So the copy stands only where, at
//! the end, nothing at all does; else the disk is made once all is known.

use std::rc::Rc;

use vma_inspector::archive::header::Device;
use vma_inspector::archive::unit::CLUSTER_SIZE;
use vma_inspector::container::{Container, Contents};
use vma_inspector::export::disk::{DiskFormat, Gathered, Part};
use vma_inspector::image::Image;
use vma_inspector::scan::Scanned;
use vma_inspector::scan::piece::{Extent, Observer, Piece, Taken};
use vma_inspector::source::{ReadAt, gaps, to_u64, to_usize};

use super::inspected::Inspected;
use super::writing::Writing;

/// A disk that is copied. As an [`Observer`] it takes what a scan comes by.
pub(crate) struct InPassing<'a> {
    contents: Rc<Contents>,
    device: Device,
    file: Gathered,
    writing: &'a mut Writing,
    /// Whether all that came by was taken, and nothing was odd.
    is_whole: bool,
}

/// The file that a disk is copied into in passing; `None` where that is of no use: what is
/// plain is checked by its headers alone, and blocks of lzop are stepped over.
pub(crate) fn gathered(inspected: &Inspected, device: &Device, format: &str) -> Option<Gathered> {
    let is_read_through = matches!(
        inspected.contents().container(),
        Some(Container::Zstd | Container::Gzip | Container::Bzip2)
    );
    let format = DiskFormat::ALL.into_iter().find(|known| known.code() == format)?;
    let is_known = is_read_through && inspected.header().is_proven();
    is_known.then(|| Gathered::new(format, device.size).ok().flatten()).flatten()
}

impl<'a> InPassing<'a> {
    pub(crate) fn new(
        inspected: &Inspected,
        device: &Device,
        file: Gathered,
        writing: &'a mut Writing,
    ) -> Self {
        let contents = Rc::<Contents>::clone(inspected.archive.contents());
        Self { contents, device: device.clone(), file, writing, is_whole: true }
    }

    /// Puts the rest of the file where it belongs, and gives its length; `None` if the copy
    /// is not the disk, or is not proven to be.
    pub(crate) fn end(self, inspected: &Inspected) -> Option<u64> {
        let scan = &inspected.scan;
        let is_sound = scan.found().is_done()
            && scan.found().findings().count() == 0
            && inspected.container_findings().is_empty()
            && gaps(&*self.contents, 0..u64::MAX).next().is_none();
        let image = scan.image(self.device.id).filter(|_| self.is_whole && is_sound)?;
        let is_all = image.size() == Some(self.device.size)
            && image.lost_bytes(0..u64::MAX) == 0
            && scan.doubt_figures(self.device.id).bytes == 0;
        let mut parts = is_all.then(|| self.file.tables())?;
        parts.all(|(place, bytes)| self.writing.put(place, bytes)).then(|| self.file.length())
    }

    /// `None` where something of it is not to be had, or is odd.
    fn copy(&mut self, extent: &Extent, taken: &[Taken], found: &Scanned) -> Option<()> {
        let slots = extent.header.slots().iter().zip(taken);
        let of_disk = slots.filter(|(slot, _)| slot.device == self.device.id);
        let mut stored = Vec::new();
        for (slot, taken) in of_disk {
            match taken {
                Taken::Stored => stored.push(slot.cluster.0),
                Taken::Zero => {}
                Taken::Before | Taken::Not => return None,
            }
        }
        if stored.is_empty() {
            return Some(());
        }
        // The decoder is not led away from where the scan needs it.
        let is_near = self.contents.detour(extent.data.end, extent.data.start) == 0;
        let index = found.index(self.device.id).filter(|_| is_near)?;
        let contents: Rc<dyn ReadAt> = Rc::<Contents>::clone(&self.contents);
        let image = Image::new(contents, Rc::clone(index), self.device.size, false);
        let mut parts: Vec<Part> = Vec::new();
        for cluster in stored {
            let (place, bytes) = self.cluster(&image, cluster.into())?;
            match parts.last_mut() {
                Some((start, before)) if *start + to_u64(before.len()) == place => {
                    before.extend(bytes);
                }
                _ => parts.push((place, bytes)),
            }
        }
        let mut parts = parts.into_iter();
        parts.all(|(place, bytes)| self.writing.put(place, bytes)).then_some(())
    }

    fn cluster(&mut self, image: &Image, cluster: u64) -> Option<Part> {
        let start = cluster.checked_mul(CLUSTER_SIZE)?;
        let length = self.device.size.checked_sub(start)?.min(CLUSTER_SIZE);
        let mut bytes = vec![0; to_usize(length)];
        let read = image.read_at(start, &mut bytes).ok()?;
        let place = self.file.place(cluster)?;
        (read == bytes.len()).then_some((place, bytes))
    }
}

impl Observer for InPassing<'_> {
    fn see(&mut self, piece: &Piece, taken: &[Taken], found: &Scanned) {
        self.is_whole = self.is_whole
            && match piece {
                Piece::Extent(extent) => self.copy(extent, taken, found).is_some(),
                Piece::Gap(_) | Piece::Archive { .. } => false,
                Piece::Place(_) | Piece::End => true,
            };
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::args::How;
    use super::super::inspected::Input;
    use super::super::output::Sink;
    use super::*;

    /// Whether a disk of a fixture is copied while it is scanned.
    fn is_copied(name: &str) -> bool {
        let how = How { quiet: true, threads: Some(1) };
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
        let mut inspected = Inspected::open(Input::open(&path).unwrap()).unwrap();
        let device = inspected.header().devices()[0].clone();
        let Some(file) = gathered(&inspected, &device, "raw") else { return false };
        let made =
            std::env::temp_dir().join(format!("vma-in-passing-{}-{name}", std::process::id()));
        let mut writing = Writing::begin(Sink::open(&made).unwrap(), false);
        let mut copying = InPassing::new(&inspected, &device, file, &mut writing);
        inspected.scan_with(how, &mut copying).unwrap();
        let length = copying.end(&inspected);
        drop(writing);
        length == Some(device.size)
    }

    #[test]
    fn a_disk_is_copied_where_all_of_the_backup_is_decoded_once() {
        assert!(is_copied("c-configs.vma.zst"));
        assert!(is_copied("f1-gpt-ext4.vma.zst"));
        assert!(is_copied("c-configs.vma.gz"));
        assert!(!is_copied("c-configs.vma"), "its data are not read at all");
        assert!(!is_copied("c-configs.vma.lzo"), "its blocks are stepped over");
    }
}
