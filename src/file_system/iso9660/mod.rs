//! ISO 9660 (ECMA-119), with Rock Ridge (IEEE P1282, on the System Use Sharing Protocol,
//! IEEE P1281) or Joliet (Microsoft's "Joliet Specification") where there is one of them.

mod descriptor;
mod record;
mod rock;
mod volume;

pub(crate) use self::volume::open;
