//! The search for a part or a block behind damage.

use super::header::{BlockHeader, Flags, MAGIC, Next, Opening};
use super::search::Search;
use super::walk::{BLOCK, HEADER_MAX, Lzop, Place, refusal};
use crate::container::loss::{Found, Length, Loss};
use crate::source::Error;

/// Bytes of blocks that are decoded in vain while searching, at first, and for
/// each byte that was searched.
const VAIN_MAX: u64 = 1 << 20;
const VAIN_PER_BYTE: u64 = 4;

impl Lzop {
    /// Looks for another part or another sound block behind damage, a read of
    /// the source at a time.
    pub(super) fn search_on(
        &mut self,
        search: &mut Search,
        loss: &mut Loss,
    ) -> Result<Found, Error> {
        let bytes = self.input.peek(HEADER_MAX)?;
        let (longest, is_last) = (self.previous.unwrap_or(0).max(BLOCK), bytes.len() < HEADER_MAX);
        let found = find_candidate(bytes, search.flags, longest);
        let none = match is_last {
            true => bytes.len(),
            false => bytes.len().saturating_sub(HEADER_MAX - 1),
        };
        loss.skip(found.unwrap_or(none), &mut self.input);
        if found.is_none() {
            if is_last {
                return Ok(Found::End);
            }
        } else if self.is_sound_part()? {
            self.place = Place::Part;
            return Ok(Found::Here(Length::ToMeasure));
        } else if self.is_sound_block(search, loss.start())? {
            return self.resume_at_block(search, loss.start());
        } else {
            loss.skip(1, &mut self.input);
        }
        Ok(Found::Nothing)
    }

    /// Whether a block stands here that decodes and agrees with its checksums.
    fn is_sound_block(&mut self, search: &mut Search, start: u64) -> Result<bool, Error> {
        let searched = self.input.position().saturating_sub(start);
        let allowed = VAIN_MAX.saturating_add(searched.saturating_mul(VAIN_PER_BYTE));
        let Next::Block(header) = Next::parse(search.flags, &mut self.input)? else {
            return Ok(false);
        };
        if search.vain > allowed {
            return Ok(false);
        }
        let end = header.end();
        let data = self.input.peek(end)?.get(header.header_length..end);
        let is_sound = data.is_some_and(|data| header.is_borne_out_by(data) && header.agrees(data));
        if !is_sound {
            search.vain = search.vain.saturating_add(u64::from(header.contents_length));
        }
        Ok(is_sound)
    }

    /// Goes on at the sound block here. If all that lies between is one block
    /// whose header was damaged, that block is not lost either.
    fn resume_at_block(&mut self, search: &Search, start: u64) -> Result<Found, Error> {
        let end = self.input.position();
        self.place = Place::Next(search.flags);
        let between = usize::try_from(end.saturating_sub(start)).unwrap_or(usize::MAX);
        let length = self.previous.unwrap_or(BLOCK);
        if between > HEADER_MAX.saturating_add(usize::try_from(length).unwrap_or(0)) {
            return Ok(Found::Here(Length::ToMeasure));
        }
        self.input.seek(start);
        let bytes = self.input.peek(between)?.get(..between).unwrap_or(&[]);
        if let Some(header) = BlockHeader::mended(search.flags, bytes, length) {
            self.place = Place::Block(search.flags, header);
            self.mended = Some(header);
            return Ok(Found::Mended);
        }
        self.input.seek(end);
        Ok(Found::Here(Length::ToMeasure))
    }

    fn is_sound_part(&mut self) -> Result<bool, Error> {
        Ok(match Opening::parse(&mut self.input)? {
            Opening::Part(header) => {
                header.checksum.0 == header.checksum.1 && refusal(&header).is_none()
            }
            Opening::Cut | Opening::Unknown => false,
        })
    }
}

/// Where in `bytes` a part may start, or a block of at most `longest` bytes of
/// contents.
fn find_candidate(bytes: &[u8], flags: Flags, longest: u32) -> Option<usize> {
    let starts = bytes.windows(HEADER_MAX);
    let may_start = |start: &[u8]| {
        let is_short = start
            .first_chunk::<4>()
            .is_some_and(|length| (1..=longest).contains(&u32::from_be_bytes(*length)));
        start.starts_with(&MAGIC) || is_short && matches!(Next::of(flags, start), Next::Block(_))
    };
    starts.into_iter().position(may_start)
}
