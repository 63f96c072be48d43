//! An archive: its header, and the bytes behind it.

use std::rc::Rc;

use crate::container::{self, Contents, Options};
use crate::error::Error;
use crate::header::Header;
use crate::proxmox;
use crate::read_at::{ReadAt, read_range};

/// Bytes that the first read asks for: a header is seldom larger, and a read
/// this size costs hardly more than a smaller one.
const FIRST_READ: u64 = 64 << 10;

/// An opened archive. Nothing but the header was read.
#[derive(Clone)]
pub struct Archive {
    contents: Rc<Contents>,
    header: Rc<Header>,
    proxmox: Rc<proxmox::Read>,
}

impl Archive {
    /// Reads the header of the archive in `source`, in whatever container it is.
    ///
    /// # Errors
    ///
    /// The source cannot be read, is empty, or is a container that asks for
    /// what is not supported; what is in it is not a VMA or not one of version
    /// 1, or ends inside the fixed part of its header.
    pub fn open(source: Rc<dyn ReadAt>, options: &Options) -> Result<Self, Error> {
        let contents = Rc::new(container::open(source, options)?);
        let mut bytes = read_range(&*contents, 0..FIRST_READ)?;
        let claimed = u64::from(Header::claimed_size(&bytes)?);
        if claimed > FIRST_READ {
            bytes = read_range(&*contents, 0..claimed)?;
        }
        let header = Rc::new(Header::parse(&bytes)?);
        let proxmox = Rc::new(proxmox::read(&bytes));
        Ok(Self { contents, header, proxmox })
    }

    /// What the archive says of itself.
    #[must_use]
    pub fn header(&self) -> &Rc<Header> {
        &self.header
    }

    /// What Proxmox's program makes of the header.
    pub(crate) fn proxmox(&self) -> &proxmox::Read {
        &self.proxmox
    }

    /// The bytes of the archive, and what is known of the container they are in.
    #[must_use]
    pub fn contents(&self) -> &Rc<Contents> {
        &self.contents
    }
}
