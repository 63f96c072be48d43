//! An archive: its header, and the bytes behind it.

use std::rc::Rc;

use crate::container::Container;
use crate::error::{Error, ErrorKind, Part};
use crate::header::Header;
use crate::read_at::{ReadAt, read_range};

/// Bytes that the first read asks for: a header is seldom larger, and a read
/// this size costs hardly more than a smaller one.
const FIRST_READ: u64 = 64 << 10;

/// An opened archive. Nothing but the header was read.
#[derive(Clone)]
pub struct Archive {
    source: Rc<dyn ReadAt>,
    header: Rc<Header>,
}

impl Archive {
    /// Reads the header of the archive in `source`.
    ///
    /// # Errors
    ///
    /// The source cannot be read, is empty, is not a VMA or not one of version
    /// 1, or ends inside the fixed part of its header.
    pub fn open(source: Rc<dyn ReadAt>) -> Result<Self, Error> {
        let mut bytes = read_range(&source, 0..FIRST_READ)?;
        if let Some(container) = Container::recognise(&bytes) {
            let kind = ErrorKind::ContainerUnsupported(container);
            return Err(Error::new(Part::Container, 0, kind));
        }
        let claimed = u64::from(Header::claimed_size(&bytes)?);
        if claimed > FIRST_READ {
            bytes = read_range(&source, 0..claimed)?;
        }
        let header = Rc::new(Header::parse(&bytes)?);
        Ok(Self { source, header })
    }

    /// What the archive says of itself.
    #[must_use]
    pub fn header(&self) -> &Rc<Header> {
        &self.header
    }

    /// The bytes of the archive.
    #[must_use]
    pub fn source(&self) -> &Rc<dyn ReadAt> {
        &self.source
    }
}
