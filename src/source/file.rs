//! A file of the operating system as a source.

use core::ops::Range;
use std::fs::File;
#[cfg(unix)]
use std::os::unix::fs::FileExt;

use crate::bytes::to_usize;
use crate::error::Error;
use crate::read_at::ReadAt;

/// A file of the operating system. Its length is taken once, on opening.
#[derive(Debug)]
pub struct FileSource {
    file: File,
    size: u64,
}

impl FileSource {
    /// Takes an open file.
    ///
    /// # Errors
    ///
    /// The operating system does not tell its length.
    pub fn new(file: File) -> std::io::Result<Self> {
        let size = file.metadata()?.len();
        Ok(Self { file, size })
    }
}

impl ReadAt for FileSource {
    fn size(&self) -> Option<u64> {
        Some(self.size)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, Error> {
        let wanted = to_usize(self.size.saturating_sub(offset)).min(buffer.len());
        let Some(buffer) = buffer.get_mut(..wanted) else { return Ok(0) };
        match read_exact_at(&self.file, buffer, offset) {
            Ok(()) => Ok(wanted),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                Err(Error::source_shrank(offset))
            }
            Err(error) => Err(Error::source_unreadable(offset, error.to_string())),
        }
    }

    crate::every_byte_is_at_hand!();

    fn trace(&self, range: Range<u64>, into: &mut Vec<Range<u64>>) {
        into.push(range);
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> std::io::Result<()> {
    file.read_exact_at(buffer, offset)
}

/// Where there is no such call, but also one thread alone, which reads nothing else between.
#[cfg(not(unix))]
fn read_exact_at(mut file: &File, buffer: &mut [u8], offset: u64) -> std::io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};

    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(buffer)
}
