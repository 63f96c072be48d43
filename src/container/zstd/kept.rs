//! A checkpoint as bytes, to be kept between visits. All numbers are little-endian.

use vma_zstd::execution::Offsets;
use vma_zstd::header::FrameHeader;
use vma_zstd::{Past, Place};

use super::pending::Inside;
use crate::source::{Reader, Writer, to_u64};

impl Inside {
    /// Appends it: of the header the window and whether a checksum follows, for
    /// nothing else is asked of it; what was put out before; the repeated offsets;
    /// the tables and the history, each behind its length. `None` if its past is not
    /// known: what is kept is sound.
    pub(super) fn write_to(&self, bytes: &mut Writer) -> Option<()> {
        if self.past == Past::Unknown {
            return None;
        }
        bytes.u64(self.header.window);
        bytes.u8(u8::from(self.header.has_checksum));
        bytes.u64(self.produced);
        self.place.offsets.0.iter().for_each(|&offset| bytes.u32(offset));
        for part in [&self.place.tables, &self.history] {
            bytes.u64(to_u64(part.len()));
            bytes.raw(part);
        }
        Some(())
    }

    /// Takes what was appended.
    pub(super) fn read_from(bytes: &mut Reader<'_>) -> Option<Self> {
        let window = bytes.u64()?;
        let has_checksum = bytes.u8()? != 0;
        let header = FrameHeader { window, has_checksum, ..FrameHeader::ASSUMED };
        let produced = bytes.u64()?;
        let offsets = Offsets([bytes.u32()?, bytes.u32()?, bytes.u32()?]);
        let mut part = || {
            let length = usize::try_from(bytes.u64()?).ok()?;
            bytes.raw(length).map(<[u8]>::to_vec)
        };
        let (tables, history) = (part()?, part()?);
        let place = Place { tables, offsets };
        Some(Self { header, produced, place, history, past: Past::Known })
    }
}
