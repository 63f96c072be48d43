//! An archive: its header, and the bytes behind it.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod blob_buffer;
mod declared;
pub mod extent;
pub mod field;
pub mod finding;
pub mod findings;
pub mod header;
mod layout;
pub mod parts;
pub mod per_device;
pub mod place;
mod refused;
pub mod salvage;
mod standing;
pub mod unit;

use std::rc::Rc;

use crate::archive::header::Header;
use crate::archive::unit::DeviceId;
use crate::container::{self, Contents, Options};
use crate::source::{Error, ReadAt};

/// Bytes that the first read asks for: a header is seldom larger, and a read
/// this size costs hardly more than a smaller one.
const FIRST_READ: u64 = 64 << 10;

/// An opened archive. Nothing but the header was read.
#[derive(Clone)]
pub struct Archive {
    contents: Rc<Contents>,
    header: Rc<Header>,
    stated: Rc<[u8]>,
}

impl Archive {
    /// Reads the header of the archive in `source`, in whatever container it is.
    /// Where it is damaged or lost, what stands in the first
    /// [`SEARCH_MAX`](salvage::SEARCH_MAX) bytes of contents makes up for it, if
    /// there is a sound extent among them: see [`Header::standing`].
    ///
    /// # Errors
    ///
    /// The source cannot be read, is empty, or is a container that asks for
    /// what is not supported; it, or what is in it, is something else that is
    /// [known](crate::foreign), is not a VMA or not one of version 1, or ends
    /// inside the fixed part of its header.
    pub fn open(source: Rc<dyn ReadAt>, options: &Options) -> Result<Self, Error> {
        refused::file(&source)?;
        let contents = Rc::new(container::open(Rc::clone(&source), options)?);
        refused::contents(&source, &contents)?;
        let (header, stated) = salvage::read_header(&contents, FIRST_READ)
            .map_err(|error| refused::after_search(&source, &contents, error))?;
        Ok(Self { contents, header: Rc::new(header), stated: stated.into() })
    }

    /// Takes a person's word for the size of a device, in bytes. Only where the
    /// header is lost or cannot be believed; returns whether it was taken.
    pub fn assume_size(&mut self, device: DeviceId, bytes: u64) -> bool {
        Rc::make_mut(&mut self.header).assume_size(device, bytes)
    }

    /// What the archive says of itself.
    #[must_use]
    pub fn header(&self) -> &Rc<Header> {
        &self.header
    }

    /// The bytes that stand where the header should be: as many as it claims to
    /// have, as far as they are there. There may be more.
    #[must_use]
    pub fn stated(&self) -> &[u8] {
        &self.stated
    }

    /// The bytes of the archive, and what is known of the container they are in.
    #[must_use]
    pub fn contents(&self) -> &Rc<Contents> {
        &self.contents
    }
}
