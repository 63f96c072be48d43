//! What the ids, names and dates in a file are made from.

use md5::{Digest, Md5};
use uuid::{Builder, Uuid};

use crate::archive::header::Device;
use crate::archive::unit::DeviceId;
use crate::export::backup::Backup;
use crate::export::file_name::safe_name;

/// What the ids, names and dates in a file are made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    archive: Uuid,
    device: DeviceId,
    pub(super) ctime: i64,
    /// The name of the file, without what could end it in a descriptor.
    pub(super) file_name: String,
    pub(super) is_ide: bool,
}

impl Identity {
    /// That of a device of an archive.
    #[must_use]
    pub fn new<'a>(backup: impl Into<Backup<'a>>, device: &Device) -> Self {
        let backup = backup.into();
        Self {
            archive: backup.uuid,
            device: device.id,
            ctime: backup.ctime,
            file_name: format!("{}.vmdk", safe_name(&device.name)),
            is_ide: device.name.starts_with("drive-ide"),
        }
    }

    /// That of a disk that is saved under `file_name`. A VMDK names the file
    /// that holds its bytes, and some readers go by that name.
    #[must_use]
    pub fn named(mut self, file_name: &str) -> Self {
        let is_plain = |c: char| !c.is_control() && c != '"';
        self.file_name = file_name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
        self
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
