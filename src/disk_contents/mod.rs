//! What is on a disk: how it is parted, and what each part holds, by name and size, so
//! that a person can tell one disk from another. A few MiB of it are read, none of
//! them of a file.
//!
//! [`describe`] does it at once, of any source. What of it is not yet known makes the
//! answer an incomplete one: asked again later, it may be more. [`describe_all`] does it of
//! all disks of a machine, and tells what lies on several of them. [`locate()`] finds one of
//! the areas that they list again.

mod array;
mod joined;
mod locate;

use std::rc::Rc;

use self::joined::{Held, Member, Part, parts};
use self::locate::layout;
pub use self::locate::{Located, locate};

use crate::file_system::{Identified, Kind, Proof, identify};
use crate::partition::boot_loader::BootLoader;
use crate::partition::copies::Copies;
use crate::partition::lvm::{PhysicalVolume, Refusal};
use crate::partition::{Layout, Partition, Scheme, Use};
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
    /// What is known of it if it is put together: a logical volume, or an array.
    pub joined: Option<Joined>,
    /// Where it starts on the disk; `None` where it may be scattered.
    pub offset: Option<u64>,
    /// Its bytes.
    pub size: u64,
    /// What it holds; `None` if nobody looked.
    pub found: Option<Identified>,
    /// What its metadata say if it is a physical volume of LVM.
    pub physical: Option<PhysicalVolume>,
    /// Whether what is in it is listed here.
    pub share: Share,
    /// What is put together of it: logical volumes, or the array that it is a member of.
    pub volumes: Vec<Area>,
}

/// Where the volumes of an area are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Share {
    /// Here, if there are any.
    #[default]
    Own,
    /// Nowhere yet: other disks may have a part in them, so [`describe_all`] alone tells.
    Unknown,
    /// With another area, which is the first that has a part in them.
    Elsewhere,
}

impl Share {
    /// Stable, for the page.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Unknown => "unknown",
            Self::Elsewhere => "elsewhere",
        }
    }
}

/// A volume that is put together of areas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// Its name.
    pub name: String,
    /// How it is put together, in the word of its maker.
    pub kind: String,
    /// The disks that it lies on, by their place among all that were given, in order.
    pub disks: Vec<usize>,
    /// Why it is not put together.
    pub refusal: Option<Refusal>,
    /// If it is, and lies on a mirror: how many copies there are of it, and are read.
    pub copies: Option<Copies>,
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

/// Finds out what is on `disk`. What other disks may have a part in is left out.
///
/// # Errors
///
/// The source cannot be read. That bytes are lost is no error.
pub fn describe(disk: &Rc<dyn ReadAt>) -> Result<DiskContents, Error> {
    let mut looker = Looker::new(0);
    let mut contents = looker.disk(disk)?;
    let (own, shared): (Vec<_>, _) =
        parts(looker.members)?.into_iter().partition(|part| !part.is_shared);
    share(std::slice::from_mut(&mut contents), &shared, |_| Share::Unknown);
    add(&mut contents, own.into_iter(), &mut looker.left)?;
    Ok(contents)
}

/// Finds out what is on all disks of a machine, in the same order; and what lies on
/// several of them, which is listed with the first.
///
/// # Errors
///
/// A source cannot be read. That bytes are lost is no error.
pub fn describe_all(disks: &[Rc<dyn ReadAt>]) -> Result<Vec<DiskContents>, Error> {
    let (mut all, mut members, mut left) = (Vec::new(), Vec::new(), Vec::new());
    for (number, disk) in disks.iter().enumerate() {
        let mut looker = Looker::new(number);
        all.push(looker.disk(disk)?);
        members.append(&mut looker.members);
        left.push(looker.left);
    }
    let mut parts = parts(members)?;
    share(&mut all, &parts, |is_first| if is_first { Share::Own } else { Share::Elsewhere });
    for (number, (contents, left)) in all.iter_mut().zip(&mut left).enumerate() {
        let here = parts.extract_if(.., |part| part.place().0 == number);
        add(contents, here, left)?;
    }
    Ok(all)
}

/// Says of the areas that have a part in something where that is listed, by whether they
/// are the first of it.
fn share(all: &mut [DiskContents], parts: &[Part], told: impl Fn(bool) -> Share) {
    for part in parts {
        for place in &part.places {
            let areas = all.get_mut(place.0).map(|contents| &mut contents.areas);
            if let Some(area) = areas.and_then(|areas| areas.get_mut(place.1)) {
                area.share = told(*place == part.place());
            }
        }
    }
}

/// Lists what was put together with the areas that it lies on, and looks into it, as long
/// as something is `left` to look into. What wraps something else in it is not unwrapped
/// again.
fn add(
    contents: &mut DiskContents,
    parts: impl Iterator<Item = Part>,
    left: &mut usize,
) -> Result<(), Error> {
    for part in parts {
        let Some(area) = contents.areas.get_mut(part.place().1) else { continue };
        let mut volume = Area::unseen(part.size);
        let refusal = part.source.as_ref().err().cloned();
        contents.lacking.not_yet_known |= refusal == Some(Refusal::NotYetKnown);
        let (name, kind, disks) = (part.name, part.kind, part.disks);
        let copies = part.source.as_ref().ok().and_then(|(_, copies)| *copies);
        volume.joined = Some(Joined { name, kind, disks, refusal, copies });
        if let Some((source, _)) = part.source.ok().filter(|_| *left > 0) {
            *left = left.saturating_sub(1);
            let found = identify(&*source)?;
            contents.lacking = contents.lacking.or(found.lacking);
            volume.found = Some(found);
        }
        area.volumes.push(volume);
    }
    contents.system = system(&contents.layout, &contents.areas, contents.boot_loader);
    Ok(())
}

/// Looks into the areas of one disk, as long as it may.
struct Looker {
    number: usize,
    left: usize,
    lacking: Lacking,
    /// The areas that hold a part of something.
    members: Vec<Member>,
}

impl Looker {
    /// Of disk `number` of all.
    fn new(number: usize) -> Self {
        let lacking = Lacking::default();
        Self { number, left: LOOKED_INTO_MAX, lacking, members: Vec::new() }
    }

    /// What is on the disk by itself.
    fn disk(&mut self, disk: &Rc<dyn ReadAt>) -> Result<DiskContents, Error> {
        let mut layout = layout(disk)?;
        let size = disk.size().unwrap_or(0);
        self.lacking = layout.lacking;
        let mut areas = Vec::new();
        if layout.partitions.is_empty() {
            let whole = self.area(disk, size, 0)?;
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
            areas.push(self.partition(disk, partition, areas.len())?);
        }
        let look = Glimpse::new(&**disk);
        let loader = look.bytes(0, 512)?.as_deref().and_then(BootLoader::of);
        let lacking = self.lacking.or(look.take_lacking());
        Ok(DiskContents { layout, areas, boot_loader: loader, system: None, lacking })
    }

    fn partition(
        &mut self,
        disk: &Rc<dyn ReadAt>,
        partition: &Partition,
        number: usize,
    ) -> Result<Area, Error> {
        let size = partition.range.end.saturating_sub(partition.range.start);
        let window: Rc<dyn ReadAt> = Rc::new(partition.window(disk));
        // In an extended one stand the logical ones, which are listed themselves.
        let area = match partition.purpose.use_of() {
            Some(Use::Extended) => Area::unseen(size),
            _ => self.area(&window, size, number)?,
        };
        let offset = Some(partition.range.start);
        Ok(Area { partition: Some(partition.clone()), offset, ..area })
    }

    /// What `source` holds, of `size` bytes: area `number` of the disk.
    fn area(&mut self, source: &Rc<dyn ReadAt>, size: u64, number: usize) -> Result<Area, Error> {
        let mut area = Area::unseen(size);
        if self.left == 0 {
            return Ok(area);
        }
        self.left = self.left.saturating_sub(1);
        let mut found = identify(&**source)?;
        self.lacking = self.lacking.or(found.lacking);
        if let Some(volume) = &mut found.volume
            && matches!(volume.kind, Kind::LvmPhysical | Kind::MdRaid)
        {
            let look = Glimpse::new(&**source);
            let held = Held::read(&look)?;
            let lacking = look.take_lacking();
            self.lacking = self.lacking.or(lacking);
            found.lacking = found.lacking.or(lacking);
            volume.in_doubt |= lacking.in_doubt;
            if let Some(Held::Physical(physical)) = &held {
                volume.proof = Proof::Agrees;
                volume.uuid = Some(physical.uuid.clone());
                volume.size = Some(physical.size);
                area.physical = Some(physical.clone());
            } else if volume.kind == Kind::LvmPhysical {
                volume.proof = Proof::Disagrees;
            }
            if held.as_ref().is_some_and(Held::is_shared) {
                area.share = Share::Unknown;
            }
            let place = (self.number, number);
            self.members.extend(held.map(|held| Member { place, source: Rc::clone(source), held }));
        }
        area.found = Some(found);
        Ok(area)
    }
}

impl Area {
    /// One of `size` bytes that nobody looked into.
    fn unseen(size: u64) -> Self {
        Self {
            partition: None,
            joined: None,
            offset: None,
            size,
            found: None,
            physical: None,
            share: Share::Own,
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
