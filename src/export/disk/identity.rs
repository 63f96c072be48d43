//! What the ids, names and dates in a file are made from.

use md5::{Digest, Md5};
use uuid::{Builder, Uuid};

use crate::archive::header::{Device, Header};
use crate::archive::unit::DeviceId;
use crate::export::file_name::safe_name;

/// What the ids, names and dates in a file are made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    archive: Uuid,
    device: DeviceId,
    pub(super) ctime: i64,
    /// The device's name, fit for a file and in ASCII.
    pub(super) name: String,
    pub(super) is_ide: bool,
}

impl Identity {
    /// That of a device of an archive.
    #[must_use]
    pub fn new(header: &Header, device: &Device) -> Self {
        let ascii = |c: char| if c.is_ascii() { c } else { '_' };
        Self {
            archive: header.uuid(),
            device: device.id,
            ctime: header.ctime(),
            name: safe_name(&device.name).chars().map(ascii).collect(),
            is_ide: device.name.starts_with("drive-ide"),
        }
    }

    /// An id that follows from the archive's, the device's and its `purpose`.
    pub(super) fn id(&self, purpose: &str) -> Uuid {
        let mut md5 = Md5::new();
        md5.update(self.archive);
        md5.update([self.device.get()]);
        md5.update(purpose);
        Builder::from_md5_bytes(md5.finalize().into()).into_uuid()
    }
}
