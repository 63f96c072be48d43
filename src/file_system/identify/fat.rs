//! FAT12, FAT16 and FAT32: Microsoft's "FAT32 File System Specification" 1.03.
//! Little-endian.

use super::text::label;
use super::volume::{Kind, Proof, Volume};
use vma_source::{Error, Glimpse, le_u16, le_u32, to_usize};

const LENGTH: usize = 512;

/// Bytes of the root directory that are looked through for a label, at most: it is the
/// first entry as a rule.
const ROOT_MAX: u64 = 32 << 10;

/// Bytes of an entry of a directory, and the attributes of one.
const ENTRY: usize = 32;
const VOLUME_ID: u8 = 0x08;
const LONG_NAME: u8 = 0x0f;

/// What the first sector says. The names are the specification's.
pub(crate) struct Boot {
    pub(crate) sector_size: u64,
    pub(crate) cluster_size: u64,
    pub(crate) reserved: u64,
    pub(crate) fats: u64,
    pub(crate) root_entries: u64,
    pub(crate) sectors: u64,
    pub(crate) fat_sectors: u64,
    pub(crate) is_fat32: bool,
}

impl Boot {
    /// Parses it; `None` where it makes no sense.
    pub(crate) fn parse(sector: &[u8]) -> Option<Self> {
        let byte = |at: usize| sector.get(at).copied().unwrap_or(0);
        let (bytes_per_sector, sectors_per_cluster) = (le_u16(sector, 11), byte(13));
        let media = byte(21);
        // A jump comes first; DOS wants no mark at the end of a small one, but all write it.
        let makes_sense = matches!(byte(0), 0xeb | 0xe9)
            && le_u16(sector, 510) == 0xaa55
            && (512..=4096).contains(&bytes_per_sector)
            && bytes_per_sector.is_power_of_two()
            && sectors_per_cluster.is_power_of_two()
            && le_u16(sector, 14) > 0
            && (1..=2).contains(&byte(16))
            && (media == 0xf0 || media >= 0xf8);
        if !makes_sense {
            return None;
        }
        let either = |short: usize, long: usize| match le_u16(sector, short) {
            0 => le_u32(sector, long),
            short => u32::from(short),
        };
        let (sectors, fat_sectors) = (either(19, 32), either(22, 36));
        let sector_size = u64::from(bytes_per_sector);
        let boot = Self {
            sector_size,
            cluster_size: sector_size.saturating_mul(sectors_per_cluster.into()),
            reserved: le_u16(sector, 14).into(),
            fats: byte(16).into(),
            root_entries: le_u16(sector, 17).into(),
            sectors: sectors.into(),
            fat_sectors: fat_sectors.into(),
            is_fat32: le_u16(sector, 22) == 0,
        };
        (sectors > 0 && fat_sectors > 0 && boot.data_start() < boot.sectors).then_some(boot)
    }

    /// The sector at which the clusters begin.
    pub(crate) fn data_start(&self) -> u64 {
        self.root_start().saturating_add(self.root_bytes().div_ceil(self.sector_size))
    }

    /// The sector at which the root directory of FAT12 and FAT16 begins.
    pub(crate) fn root_start(&self) -> u64 {
        self.reserved.saturating_add(self.fats.saturating_mul(self.fat_sectors))
    }

    fn root_bytes(&self) -> u64 {
        self.root_entries.saturating_mul(32)
    }

    /// How many clusters there are.
    pub(crate) fn clusters(&self) -> u64 {
        let bytes = self.sectors.saturating_sub(self.data_start()).saturating_mul(self.sector_size);
        bytes / self.cluster_size
    }

    /// "This is the one and only way that FAT type is determined", but for FAT32, which
    /// shows by its fields, too.
    pub(crate) fn kind(&self) -> Kind {
        match self.clusters() {
            _ if self.is_fat32 => Kind::Fat32,
            ..4085 => Kind::Fat12,
            _ => Kind::Fat16,
        }
    }
}

pub(super) fn fat(look: &Glimpse) -> Result<Option<Volume>, Error> {
    let Some(sector) = look.bytes(0, LENGTH)? else { return Ok(None) };
    let Some(boot) = Boot::parse(&sector) else { return Ok(None) };
    let extended = if boot.is_fat32 { 64 } else { 36 };
    // The signature says that number and label are there.
    let has_label =
        matches!(sector.get(extended..).and_then(|rest| rest.get(2)), Some(0x28 | 0x29));
    let field = |from: usize, length: usize| {
        let start = extended.saturating_add(from);
        sector.get(start..start.saturating_add(length)).unwrap_or(&[])
    };
    let number = le_u32(field(3, 4), 0);
    let own = label(field(7, 11)).filter(|own| has_label && own != "NO NAME");
    let in_root = root_label(look, &boot, &sector)?;
    Ok(Some(Volume {
        label: in_root.or(own),
        uuid: (has_label && number != 0)
            .then(|| format!("{:04X}-{:04X}", number >> 16, number & 0xffff)),
        size: Some(boot.sectors.saturating_mul(boot.sector_size)),
        ..Volume::new(boot.kind(), Proof::Plausible)
    }))
}

/// The label in the root directory, which counts before that of the first sector.
fn root_label(look: &Glimpse, boot: &Boot, sector: &[u8]) -> Result<Option<String>, Error> {
    let (start, length) = if boot.is_fat32 {
        let cluster = u64::from(le_u32(sector, 44)).saturating_sub(2);
        let start = boot.data_start().saturating_mul(boot.sector_size);
        (start.saturating_add(cluster.saturating_mul(boot.cluster_size)), boot.cluster_size)
    } else {
        (boot.root_start().saturating_mul(boot.sector_size), boot.root_bytes())
    };
    let Some(root) = look.bytes(start, to_usize(length.min(ROOT_MAX)))? else { return Ok(None) };
    for entry in root.chunks_exact(ENTRY) {
        let (first, attributes) = (entry.first().copied(), entry.get(11).copied());
        if first == Some(0) {
            break;
        }
        let is_label = attributes.is_some_and(|attributes| {
            attributes & LONG_NAME != LONG_NAME && attributes & VOLUME_ID != 0
        });
        if is_label && first != Some(0xe5) {
            return Ok(label(entry.get(..11).unwrap_or(&[])));
        }
    }
    Ok(None)
}
