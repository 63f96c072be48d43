//! What is on a disk: how it is parted, and what each part holds, by name and size, so
//! that a person can tell one disk from another. A few MiB of it are read, none of
//! them of a file.
//!
//! [`describe`] does it at once, of any source. What of it is not yet known makes the
//! answer an incomplete one: asked again later, it may be more. [`locate()`] finds one of
//! the areas that it lists again.

mod locate;

use std::rc::Rc;

pub use self::locate::{Located, locate};

use crate::file_system::{Identified, Kind, Proof, identify};
use crate::partition::boot_loader::BootLoader;
use crate::partition::lvm::{LinearVolume, LogicalVolume, PhysicalVolume, physical_volume};
use crate::partition::{Layout, Partition, Scheme, Use, layout};
use crate::source::{Error, Glimpse, Lacking, ReadAt};

/// Parts and logical volumes that are looked into, at most, of one disk; others are
/// only listed.
pub const LOOKED_INTO_MAX: usize = 40;

/// What is on a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskContents {
    /// How it is parted.
    pub layout: Layout,
    /// Its parts, or the whole of it where there are none.
    pub areas: Vec<Area>,
    /// The boot loader whose code stands in the first sector.
    pub boot_loader: Option<BootLoader>,
    /// The system that it belongs to, where structures of one and of no other say so.
    pub system: Option<System>,
    /// What could not be had of all that was looked at.
    pub lacking: Lacking,
}

/// A part of a disk, or a logical volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// What the table says of it.
    pub partition: Option<Partition>,
    /// What LVM says of it.
    pub logical: Option<LogicalVolume>,
    /// Where it starts on the disk; `None` where it may be scattered.
    pub offset: Option<u64>,
    /// Its bytes.
    pub size: u64,
    /// What it holds; `None` if nobody looked.
    pub found: Option<Identified>,
    /// What its metadata say if it is a physical volume of LVM.
    pub physical: Option<PhysicalVolume>,
    /// The logical volumes in it.
    pub volumes: Vec<Area>,
}

/// A system that a disk belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Microsoft Windows.
    Windows,
    /// Linux.
    Linux,
}

impl System {
    /// Stable, for the page.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Windows => "windows",
            Self::Linux => "linux",
        }
    }
}

impl DiskContents {
    /// Whether all that was looked at was known: what is not yet known may add to it.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.lacking.not_yet_known
    }
}

/// Finds out what is on `disk`.
///
/// # Errors
///
/// The source cannot be read. That bytes are lost is no error.
pub fn describe(disk: &Rc<dyn ReadAt>) -> Result<DiskContents, Error> {
    let mut layout = layout(&**disk)?;
    let size = disk.size().unwrap_or(0);
    let mut looker = Looker { left: LOOKED_INTO_MAX, lacking: layout.lacking };
    let mut areas = Vec::new();
    if layout.partitions.is_empty() {
        let whole = looker.area(disk, size)?;
        let is_told = whole.found.as_ref().is_some_and(|found| found.volume.is_some());
        // The first sector of a file system may end like a table that lists nothing.
        if is_told && layout.scheme == Scheme::Mbr {
            (layout.scheme, layout.disk_id) = (Scheme::None, None);
        }
        if is_told || matches!(layout.scheme, Scheme::None | Scheme::Unknown) {
            areas.push(Area { offset: Some(0), ..whole });
        }
    }
    for partition in &layout.partitions {
        areas.push(looker.partition(disk, partition)?);
    }
    let look = Glimpse::new(&**disk);
    let loader = look.bytes(0, 512)?.as_deref().and_then(BootLoader::of);
    let lacking = looker.lacking.or(look.take_lacking());
    let system = system(&layout, &areas, loader);
    Ok(DiskContents { layout, areas, boot_loader: loader, system, lacking })
}

/// Looks into areas, as long as it may.
struct Looker {
    left: usize,
    lacking: Lacking,
}

impl Looker {
    fn partition(&mut self, disk: &Rc<dyn ReadAt>, partition: &Partition) -> Result<Area, Error> {
        let size = partition.range.end.saturating_sub(partition.range.start);
        let window: Rc<dyn ReadAt> = Rc::new(partition.window(disk));
        // In an extended one stand the logical ones, which are listed themselves.
        let area = match partition.purpose.use_of() {
            Some(Use::Extended) => Area::unseen(size),
            _ => self.area(&window, size)?,
        };
        let offset = Some(partition.range.start);
        Ok(Area { partition: Some(partition.clone()), offset, ..area })
    }

    /// What `source` holds, of `size` bytes.
    fn area(&mut self, source: &Rc<dyn ReadAt>, size: u64) -> Result<Area, Error> {
        let mut area = Area::unseen(size);
        if self.left == 0 {
            return Ok(area);
        }
        self.left = self.left.saturating_sub(1);
        let mut found = identify(&**source)?;
        self.lacking = self.lacking.or(found.lacking);
        if let Some(volume) = &mut found.volume
            && volume.kind == Kind::LvmPhysical
        {
            let look = Glimpse::new(&**source);
            let physical = physical_volume(&look)?;
            let lacking = look.take_lacking();
            self.lacking = self.lacking.or(lacking);
            found.lacking = found.lacking.or(lacking);
            volume.in_doubt |= lacking.in_doubt;
            volume.proof = if physical.is_some() { Proof::Agrees } else { Proof::Disagrees };
            volume.uuid = physical.as_ref().map(|physical| physical.uuid.clone());
            volume.size = physical.as_ref().map(|physical| physical.size);
            let group = physical.as_ref().and_then(|physical| physical.group.as_ref());
            for logical in group.map_or(&[][..], |group| &group.volumes) {
                area.volumes.push(self.logical(source, logical)?);
            }
            area.physical = physical;
        }
        area.found = Some(found);
        Ok(area)
    }

    /// A logical volume on `physical`: looked into if all of it is there. What wraps
    /// something else in it is not unwrapped again.
    fn logical(
        &mut self,
        physical: &Rc<dyn ReadAt>,
        logical: &LogicalVolume,
    ) -> Result<Area, Error> {
        let mut area = Area { logical: Some(logical.clone()), ..Area::unseen(logical.size) };
        let source = LinearVolume::new(physical, logical).filter(|_| !logical.is_hidden);
        if let Some(source) = source.filter(|_| self.left > 0) {
            self.left = self.left.saturating_sub(1);
            let found = identify(&source)?;
            self.lacking = self.lacking.or(found.lacking);
            area.found = Some(found);
        }
        Ok(area)
    }
}

impl Area {
    /// One of `size` bytes that nobody looked into.
    fn unseen(size: u64) -> Self {
        Self {
            partition: None,
            logical: None,
            offset: None,
            size,
            found: None,
            physical: None,
            volumes: Vec::new(),
        }
    }
}

/// The system whose structures are on the disk; `None` if there are none, or those of
/// both. That of a file system that all of them know is none.
fn system(layout: &Layout, areas: &[Area], loader: Option<BootLoader>) -> Option<System> {
    let purposes = layout.partitions.iter().filter_map(|partition| partition.purpose.use_of());
    let (mut windows, mut linux) = (loader == Some(BootLoader::Windows), false);
    for purpose in purposes {
        windows |= purpose.is_of_windows();
        linux |= purpose.is_of_linux();
    }
    let all = areas.iter().chain(areas.iter().flat_map(|area| &area.volumes));
    for kind in all.filter_map(|area| Some(area.found.as_ref()?.volume.as_ref()?.kind)) {
        windows |= matches!(kind, Kind::BitLocker | Kind::ReFs);
        linux |= matches!(
            kind,
            Kind::Ext2
                | Kind::Ext3
                | Kind::Ext4
                | Kind::Xfs
                | Kind::Btrfs
                | Kind::F2fs
                | Kind::Bcachefs
                | Kind::Swap
                | Kind::Hibernated
                | Kind::LvmPhysical
                | Kind::MdRaid
                | Kind::Luks1
                | Kind::Luks2
        );
    }
    match (windows, linux) {
        (true, false) => Some(System::Windows),
        (false, true) => Some(System::Linux),
        _ => None,
    }
}
