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

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command, Stdio};
    use std::rc::Rc;

    use super::super::Zstd;
    use super::*;
    use crate::container::Options;
    use crate::container::sequential::Stream;
    use crate::source::ReadAt;

    fn pack(arguments: &[&str], plain: &[u8]) -> Vec<u8> {
        let mut child = Command::new("zstd")
            .args(["-q", "-c"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(move || stdin.write_all(plain).unwrap());
            child.wait_with_output().unwrap().stdout
        })
    }

    #[test]
    fn checkpoints_that_were_kept_lead_to_the_same_bytes() {
        let (mut state, mut plain) = (1_u64, Vec::new());
        while plain.len() < 30 << 20 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            plain.extend_from_slice(format!("{:x} is here\n", state >> 44).as_bytes());
        }
        for arguments in [&["-3"][..], &["-3", "--single-thread"]] {
            let packed = Rc::new(pack(arguments, &plain));
            let stream = || Stream::<Zstd>::new(Rc::<Vec<u8>>::clone(&packed), &Options::default());
            let first = stream();
            while !first.approach(u64::MAX..u64::MAX, 1 << 24).unwrap() {}
            let mut kept = Writer::default();
            first.write_checkpoints(&mut kept).unwrap();
            let again = stream();
            again.take_checkpoints(&mut Reader::new(kept.bytes())).unwrap();
            let (before, behind) = (first.progress(), again.progress());
            assert_eq!(
                (before.checkpoints, before.contents),
                (behind.checkpoints, behind.contents)
            );
            assert!(behind.checkpoints >= 2, "{behind:?}");
            let mut buffer = vec![0; 4096];
            for at in (0..plain.len() - 4096).rev().step_by(1_234_567) {
                assert_eq!(again.read_at(to_u64(at), &mut buffer), Ok(4096));
                assert!(buffer == plain[at..at + 4096], "{at}");
            }
            for cut in [0, 1, 100, kept.bytes().len() / 2, kept.bytes().len() - 1] {
                let taken = stream().take_checkpoints(&mut Reader::new(&kept.bytes()[..cut]));
                assert_eq!(taken, None, "{cut}");
            }
        }
    }
}
