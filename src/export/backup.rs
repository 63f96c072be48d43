//! What is known of an archive to whoever makes files of it, beside its bytes.

use std::rc::Rc;

use uuid::Uuid;

use crate::archive::header::{Config, Device, Header};
use crate::archive::unit::DeviceId;

/// What is known of an archive to whoever makes files of it: of its [`Header`], what
/// the machine is made from.
#[derive(Clone, Copy, Debug)]
pub struct Backup<'a> {
    /// The archive's UUID, from which others follow.
    pub uuid: Uuid,
    /// When the archive was made: seconds since 1970, UTC, as stated.
    pub ctime: i64,
    /// The configs, in the order of their slots.
    pub configs: &'a [Config],
    /// The devices, by id.
    pub devices: &'a [Device],
}

impl<'a> Backup<'a> {
    /// The device with this id, if there is one.
    #[must_use]
    pub fn device(&self, id: DeviceId) -> Option<&'a Device> {
        self.devices.iter().find(|device| device.id == id)
    }
}

impl<'a> From<&'a Header> for Backup<'a> {
    fn from(header: &'a Header) -> Self {
        Self {
            uuid: header.uuid(),
            ctime: header.ctime(),
            configs: header.configs(),
            devices: header.devices(),
        }
    }
}

impl<'a> From<&'a Rc<Header>> for Backup<'a> {
    fn from(header: &'a Rc<Header>) -> Self {
        Self::from(&**header)
    }
}
