//! The bytes of one area, or of a logical volume in it, found again by its number.

use std::rc::Rc;

use crate::file_system::{Identified, identify};
use crate::partition::lvm::{LinearVolume, physical_volume};
use crate::partition::{Use, layout};
use crate::source::{Error, Glimpse, ReadAt};

/// An area, or a logical volume.
pub struct Located {
    /// Its bytes.
    pub source: Rc<dyn ReadAt>,
    /// What it holds.
    pub found: Identified,
}

/// Area number `area` of `disk`, as [`describe`](super::describe) lists them, from 0; or
/// its logical volume number `logical`. `None` if there is none, or not all of it lies
/// there. Only this one is looked into.
///
/// # Errors
///
/// The source cannot be read. That bytes are lost is no error.
pub fn locate(
    disk: &Rc<dyn ReadAt>,
    area: usize,
    logical: Option<usize>,
) -> Result<Option<Located>, Error> {
    let layout = layout(&**disk)?;
    let source: Rc<dyn ReadAt> = match layout.partitions.get(area) {
        Some(partition) if partition.purpose.use_of() == Some(Use::Extended) => return Ok(None),
        Some(partition) => Rc::new(partition.window(disk)),
        None if layout.partitions.is_empty() && area == 0 => Rc::clone(disk),
        None => return Ok(None),
    };
    let source = match logical {
        None => source,
        Some(number) => match volume(&source, number)? {
            Some(volume) => Rc::new(volume),
            None => return Ok(None),
        },
    };
    let found = identify(&*source)?;
    Ok(Some(Located { source, found }))
}

/// A logical volume of a physical one.
fn volume(physical: &Rc<dyn ReadAt>, number: usize) -> Result<Option<LinearVolume>, Error> {
    let found = physical_volume(&Glimpse::new(&**physical))?;
    let group = found.and_then(|found| found.group);
    let logical = group.and_then(|group| group.volumes.into_iter().nth(number));
    Ok(logical
        .filter(|logical| !logical.is_hidden)
        .and_then(|logical| LinearVolume::new(physical, &logical)))
}
