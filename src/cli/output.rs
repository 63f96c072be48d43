//! Where what is made goes: standard output, or a file that is whole or not there.

use std::fs::{File, OpenOptions};
use std::io::{IsTerminal, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use vma_inspector::source::to_u64;

use super::failure::Failure;
use super::shown::in_lines;
use super::waiting::{flush, write_all};

/// Bytes of zeros that become a hole, in one piece: what common file systems take as one.
const HOLE: usize = 4096;

/// Writes text, each line with its end, to standard output.
pub(crate) fn say(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    write_all(&mut out, text.as_bytes())?;
    if !text.ends_with('\n') && !text.is_empty() {
        write_all(&mut out, b"\n")?;
    }
    Ok(flush(&mut out)?)
}

/// Writes bytes out of a backup to standard output: as they are, but for a terminal, which
/// gets them as text that can do no harm.
pub(crate) fn give(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    if out.is_terminal() {
        write_all(&mut out, in_lines(&String::from_utf8_lossy(bytes)).as_bytes())?;
    } else {
        write_all(&mut out, bytes)?;
    }
    Ok(flush(&mut out)?)
}

/// Says something that is no part of the result.
pub(crate) fn remark(text: &str) {
    // Whoever has closed it does not want to know.
    let _ = writeln!(std::io::stderr(), "vma-inspector: {text}");
}

/// What is being written.
pub(crate) enum Sink {
    Standard,
    /// A file under a name that says that it is not whole, with holes where zeros are.
    File {
        file: File,
        part: Part,
        path: PathBuf,
        length: u64,
    },
}

/// The name of a file that is not whole, which goes with this.
pub(crate) struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Sink {
    /// Opens `path`, which must not be there; `-` is standard output.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            let is_terminal = std::io::stdout().is_terminal();
            let why = "standard output is a terminal: a file cannot be written there";
            return if is_terminal { Err(Failure::Usage(why.into())) } else { Ok(Self::Standard) };
        }
        if std::fs::symlink_metadata(path).is_ok() {
            let named = super::shown::plainly(&path.to_string_lossy());
            return Err(Failure::Usage(format!("{named} is there already")));
        }
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = OpenOptions::new().write(true).create_new(true).open(&part)?;
        Ok(Self::File { file, part: Part(part), path: path.to_owned(), length: 0 })
    }

    /// Whether it can be gone back in.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self, Self::File { .. })
    }

    /// The file once more, to have it brought to the disk.
    pub(crate) fn same_file(&self) -> Option<File> {
        match self {
            Self::Standard => None,
            Self::File { file, .. } => file.try_clone().ok(),
        }
    }

    /// Adds bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Standard => write_all(&mut std::io::stdout().lock(), bytes),
            Self::File { file, length, .. } => sparse(file, length, bytes),
        }
    }

    /// Writes bytes at a place of a file, which then is at least that long.
    pub(crate) fn put(&mut self, place: u64, bytes: &[u8]) -> std::io::Result<()> {
        let Self::File { file, length, .. } = self else {
            return Err(std::io::Error::from(std::io::ErrorKind::NotSeekable));
        };
        let mut end = place;
        sparse(file, &mut end, bytes)?;
        *length = end.max(*length);
        Ok(())
    }

    /// Makes a file so long: what is behind goes, and what is not there is zeros.
    pub(crate) fn set_length(&mut self, bytes: u64) -> std::io::Result<()> {
        let Self::File { file, length, .. } = self else { return Ok(()) };
        file.set_len(bytes)?;
        *length = bytes;
        Ok(())
    }

    /// Ends it: `head`, if there is one, overwrites its start, and a file gets its name.
    pub(crate) fn end(self, head: Option<&[u8]>) -> Result<(), Failure> {
        match self {
            Self::Standard => Ok(flush(&mut std::io::stdout().lock())?),
            Self::File { mut file, part, path, length } => {
                let ended = close(&mut file, length, head);
                // A link fails where something came to be under that name meanwhile.
                let ended = ended.and_then(|()| {
                    std::fs::hard_link(&part.0, &path).or_else(|_| {
                        if path.exists() { Err(exists()) } else { std::fs::rename(&part.0, &path) }
                    })
                });
                Ok(ended?)
            }
        }
    }
}

fn exists() -> std::io::Error {
    std::io::Error::from(std::io::ErrorKind::AlreadyExists)
}

fn close(file: &mut File, length: u64, head: Option<&[u8]>) -> std::io::Result<()> {
    file.set_len(length)?;
    if let Some(head) = head {
        file.seek(SeekFrom::Start(0))?;
        file.write_all(head)?;
    }
    file.sync_all()
}

/// Writes what is no zeros, in blocks of the file that is made.
fn sparse(file: &mut File, length: &mut u64, mut bytes: &[u8]) -> std::io::Result<()> {
    while !bytes.is_empty() {
        let within = usize::try_from(*length % to_u64(HOLE)).unwrap_or(0);
        let (block, rest) = bytes.split_at(HOLE.saturating_sub(within).min(bytes.len()));
        let is_zero = block.iter().all(|byte| *byte == 0);
        // Blocks with something in them are written in one piece.
        let mut end = block.len();
        if !is_zero {
            let more = rest.chunks(HOLE).take_while(|next| next.iter().any(|byte| *byte != 0));
            end = end.saturating_add(more.map(<[u8]>::len).sum());
            file.seek(SeekFrom::Start(*length))?;
            file.write_all(bytes.get(..end).unwrap_or_default())?;
        }
        *length = length.saturating_add(to_u64(end));
        bytes = bytes.get(end..).unwrap_or_default();
    }
    Ok(())
}
