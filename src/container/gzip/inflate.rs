//! The one place that knows the crate which decodes deflate (RFC 1951).
//!
//! Between two blocks, a bit position and the 32 KiB of output that the format
//! looks back at are all it takes to go on.
//!
//! Output is held back for a while: where the data is damaged, most often a
//! block decodes to something wrong, seems to end, and only what follows makes
//! no sense. So a block is given out when what follows it has decoded, too.
//!
//! Behind damage, nothing is known of those 32 KiB. Nothing that steers
//! decoding depends on them, though: two decoders that start with opposite
//! bytes go the same way, and put out the same byte where it does not derive
//! from what is unknown, and only there.

use core::ops::Range;
use std::collections::VecDeque;

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::{
    TINFL_FLAG_HAS_MORE_INPUT, TINFL_FLAG_STOP_ON_BLOCK_BOUNDARY,
    TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
};
use miniz_oxide::inflate::core::{BlockBoundaryState, DecompressorOxide, decompress};

use super::bits::Bits;
use super::proof::Proof;
use crate::container::copy_start;
use crate::container::loss::twin::{Grain, differences};
use crate::source::{Reader, Writer, to_u64};

/// Bytes that deflate looks back at most.
const WINDOW: usize = 32 * 1024;

/// Bytes of output that are decoded in a row.
const RUN: usize = 256 * 1024;

/// Bytes that are held back at least, where something follows. Where a block
/// only seems to end, what follows makes no sense within a few hundred bytes,
/// rarely some thousands; a distance that reaches before the start of a member
/// shows within a window.
const HOLD_MIN: u64 = 32 * 1024;

/// Bytes that are held back at most: as many as nearly all blocks decode to.
const HOLD_MAX: usize = 4 * 1024 * 1024;

/// Bytes that are held back without a longer buffer.
const HOLD_USUAL: usize = 256 * 1024;

/// Bytes of output after which decoding rests between two blocks: a place that
/// takes little memory to keep.
const REST: usize = 16 * 1024;

/// Bytes of output between two marks, so that there are not too many of them.
const MARK_DISTANCE: u64 = 1024;

/// Bytes of a block after which a place inside of it is kept, at several times
/// the memory: few blocks are as long.
const LONG_BLOCK: u64 = 1024 * 1024;

/// How closely unknown bytes are told from known ones.
const GRAIN: Grain = Grain { by_parts: true, join: 15 };

/// Decodes one deflate stream.
pub(super) struct Inflate {
    track: Track,
    /// Decodes the same behind another unknown window, as long as something
    /// may derive from that.
    twin: Option<Track>,
    /// Offset in the output of the first byte of the buffers.
    base: u64,
    filled: usize,
    given: usize,
    /// Where blocks start, in ascending order: the first is the last one whose
    /// predecessors are sure to be right.
    marks: VecDeque<Mark>,
    /// Whether output is held back.
    holds: bool,
    /// Whether all that is held back is to be given out.
    released: bool,
    /// Whether nothing of the window is known and nothing came behind it.
    is_blank: bool,
    /// What is proven of the output.
    proof: Proof,
}

/// A decoder and its output.
struct Track {
    state: Box<DecompressorOxide>,
    /// A window, what is held back, and a run: output goes on behind what it
    /// looks back at.
    buffer: Vec<u8>,
}

/// The start of a block.
#[derive(Clone, Copy)]
struct Mark {
    /// Offset in the output, in bytes.
    output: u64,
    /// Offset in the source, in bits.
    source: u64,
}

/// The decoder at some place.
pub(super) struct Place {
    kind: PlaceKind,
    /// Output before it; `None` if nothing of that is known.
    window: Option<Vec<u8>>,
}

enum PlaceKind {
    /// Between two blocks.
    Boundary(Bits),
    /// Inside a block.
    Inside(Box<DecompressorOxide>),
}

/// What became of some input.
pub(super) struct Inflated {
    /// Bytes of input that are used up.
    pub(super) consumed: usize,
    /// Bytes of output.
    pub(super) count: usize,
    /// What comes next.
    pub(super) next: Next,
}

/// How a stream goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// With more input or more room.
    More,
    /// With another block; these bits of the input are part of it.
    Block(Bits),
    /// Not at all: it ended.
    End,
    /// Not at all: it cannot be decoded.
    Damage,
}

impl Place {
    /// Bytes of memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let state = match &self.kind {
            PlaceKind::Boundary(_) => 0,
            PlaceKind::Inside(_) => size_of::<DecompressorOxide>(),
        };
        state.saturating_add(self.window.as_ref().map_or(0, Vec::len))
    }

    /// Appends it to what is kept of a container; `None` inside of a block, and
    /// where nothing is known of the window.
    pub(super) fn write_to(&self, bytes: &mut Writer) -> Option<()> {
        let PlaceKind::Boundary(Bits { count, value }) = self.kind else { return None };
        let window = self.window.as_ref()?;
        bytes.u8(count);
        bytes.u8(value);
        bytes.u32(u32::try_from(window.len()).ok()?);
        bytes.raw(window);
        Some(())
    }

    /// Takes what was appended.
    pub(super) fn read_from(bytes: &mut Reader<'_>) -> Option<Self> {
        let bits = Bits { count: bytes.u8()?, value: bytes.u8()? };
        let length = usize::try_from(bytes.u32()?).ok().filter(|&length| length <= WINDOW)?;
        let window = Some(bytes.raw(length)?.to_vec());
        Some(Self { kind: PlaceKind::Boundary(bits), window })
    }
}

impl Track {
    fn new(state: DecompressorOxide) -> Self {
        Self { state: Box::new(state), buffer: vec![0; WINDOW + HOLD_USUAL + RUN] }
    }

    /// Decodes up to the end of a block into the buffer, from `filled` to
    /// `end`.
    fn decompress(&mut self, input: &[u8], filled: usize, end: usize) -> Inflated {
        let flags = TINFL_FLAG_HAS_MORE_INPUT
            | TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF
            | TINFL_FLAG_STOP_ON_BLOCK_BOUNDARY;
        let buffer = self.buffer.get_mut(..end).unwrap_or(&mut []);
        let (status, consumed, count) = decompress(&mut self.state, input, buffer, filled, flags);
        let next = match status {
            TINFLStatus::Done => Next::End,
            TINFLStatus::NeedsMoreInput | TINFLStatus::HasMoreOutput => Next::More,
            TINFLStatus::BlockBoundary => self.bits().map_or(Next::Damage, Next::Block),
            _ => Next::Damage,
        };
        Inflated { consumed, count, next }
    }

    /// The bits that are part of the next block, at the start of one.
    fn bits(&self) -> Option<Bits> {
        let state = self.state.block_boundary_state()?;
        Some(Bits { count: state.num_bits, value: state.bit_buf })
    }

    /// Moves `range` of the buffer to its start.
    fn keep(&mut self, range: Range<usize>) {
        let length = range.len().saturating_add(RUN);
        if self.buffer.len() < length {
            self.buffer.resize(length.saturating_mul(2).min(WINDOW + HOLD_MAX + 2 * RUN), 0);
        }
        self.buffer.copy_within(range, 0);
    }

    fn output(&self, range: Range<usize>) -> &[u8] {
        self.buffer.get(range).unwrap_or(&[])
    }
}

impl Inflate {
    /// At the start of a stream; `holds` tells whether output is held back
    /// until it is likely to be right.
    pub(super) fn new(holds: bool) -> Self {
        Self {
            track: Track::new(state_behind(Bits::default())),
            twin: None,
            base: 0,
            filled: 0,
            given: 0,
            marks: VecDeque::new(),
            holds,
            released: false,
            is_blank: false,
            proof: Proof::default(),
        }
    }

    /// Goes to the start of another stream.
    pub(super) fn restart(&mut self) {
        self.start(Bits::default(), 0);
    }

    /// Goes to the start of a block somewhere in a stream: behind `bits`, with
    /// nothing known of what comes before.
    pub(super) fn resume(&mut self, bits: Bits) {
        self.start(bits, WINDOW);
        self.is_blank = true;
        if let Some(window) = self.track.buffer.get_mut(..WINDOW) {
            window.fill(0);
        }
        if self.holds {
            let buffer = vec![0xff; self.track.buffer.len()];
            self.twin = Some(Track { state: Box::new(state_behind(bits)), buffer });
        }
    }

    /// Takes the whole window to be unknown; all output was given out.
    pub(super) fn distrust(&mut self) {
        let start = self.filled.saturating_sub(WINDOW);
        let mut buffer = self.track.buffer.clone();
        for byte in buffer.get_mut(start..self.filled).unwrap_or(&mut []) {
            *byte = !*byte;
        }
        self.twin = Some(Track { state: self.track.state.clone(), buffer });
    }

    /// Whether what comes may derive from something unknown.
    pub(super) fn distrusts(&self) -> bool {
        self.twin.is_some()
    }

    /// Goes to the start of a block as [`resume`](Self::resume) does, to look at
    /// what decodes and not at what it decodes to.
    pub(super) fn start_probe(&mut self, bits: Bits) {
        self.start(bits, WINDOW);
    }

    fn start(&mut self, bits: Bits, filled: usize) {
        *self.track.state = state_behind(bits);
        self.twin = None;
        (self.base, self.filled, self.given) = (0, filled, filled);
        self.marks.clear();
        self.released = false;
        self.is_blank = false;
        self.proof = Proof::at(to_u64(filled));
    }

    /// Decodes from `input`, which stands at `position` of the source, at most
    /// `room` bytes. Whatever can be given out must be given out first.
    pub(super) fn inflate(&mut self, input: &[u8], position: u64, room: usize) -> Inflated {
        self.make_room();
        let end = self.filled.saturating_add(room).min(self.track.buffer.len());
        let mut all = Inflated { consumed: 0, count: 0, next: Next::More };
        loop {
            let rest = input.get(all.consumed..).unwrap_or(&[]);
            let one = self.inflate_block(rest, end);
            all.consumed = all.consumed.saturating_add(one.consumed);
            all.count = all.count.saturating_add(one.count);
            all.next = one.next;
            let Next::Block(bits) = one.next else { return all };
            let read = u64::try_from(all.consumed).unwrap_or(u64::MAX);
            let source = position.saturating_add(read).saturating_mul(8);
            let source = source.saturating_sub(u64::from(bits.count));
            self.mark(source);
            let next = input.get(all.consumed).copied().unwrap_or(0);
            self.proof.add(self.end(), source, bits, next);
            if self.filled >= end || all.count >= REST {
                return all;
            }
        }
    }

    /// Decodes from `input` to the end of a block at most, and gives nothing
    /// of it out.
    pub(super) fn probe(&mut self, input: &[u8]) -> Inflated {
        self.given = self.filled;
        self.make_room();
        self.inflate_block(input, self.track.buffer.len())
    }

    fn inflate_block(&mut self, input: &[u8], end: usize) -> Inflated {
        let inflated = self.track.decompress(input, self.filled, end);
        if let Some(twin) = &mut self.twin {
            twin.decompress(input, self.filled, end);
        }
        self.filled = self.filled.saturating_add(inflated.count).min(end);
        self.is_blank &= inflated.count == 0 && inflated.consumed == 0;
        inflated
    }

    /// Moves what is still needed to the start of the buffers if they are full,
    /// and makes them longer if that is most of them.
    fn make_room(&mut self) {
        if self.filled < self.track.buffer.len() {
            return;
        }
        let start = self.given.min(self.filled.saturating_sub(WINDOW));
        self.track.keep(start..self.filled);
        if let Some(twin) = &mut self.twin {
            twin.keep(start..self.filled);
        }
        self.filled = self.filled.saturating_sub(start);
        self.given = self.given.saturating_sub(start);
        self.base = self.base.saturating_add(u64::try_from(start).unwrap_or(0));
    }

    /// Offset in the output behind all of it.
    fn end(&self) -> u64 {
        self.base.saturating_add(u64::try_from(self.filled).unwrap_or(0))
    }

    /// Notes that a block starts at `source`, in bits.
    fn mark(&mut self, source: u64) {
        let output = self.end();
        let last = self.marks.back().map_or(0, |last| last.output);
        if output.saturating_sub(last) >= MARK_DISTANCE {
            self.marks.push_back(Mark { output, source });
        }
        let sure = output.saturating_sub(HOLD_MIN);
        while self.marks.get(1).is_some_and(|mark| mark.output <= sure) {
            self.marks.pop_front();
        }
    }

    /// Says where in the source the first block starts, in bytes.
    pub(super) fn stand_at(&mut self, source: u64) {
        self.proof.stand_at(source);
    }

    /// How much of what was given out nothing proves, in bytes, and where that
    /// starts in the source, if it is known.
    pub(super) fn unproven(&self) -> (u64, u64) {
        let given = self.base.saturating_add(to_u64(self.given));
        let (start, source) = self.proof.unproven();
        (given.saturating_sub(start), source)
    }

    /// The `count` bytes that came last.
    pub(super) fn latest(&self, count: usize) -> &[u8] {
        self.track.output(self.filled.saturating_sub(count)..self.filled)
    }

    /// Bytes that were decoded and not given out.
    pub(super) fn held(&self) -> usize {
        self.filled.saturating_sub(self.given)
    }

    /// Where the output ends that can be given out.
    fn sure(&self) -> usize {
        if self.released || !self.holds {
            return self.filled;
        }
        let limit = self.end().saturating_sub(HOLD_MIN);
        let mark = self.marks.iter().take_while(|mark| mark.output <= limit).last();
        let mark = mark.map_or(0, |mark| mark.output.saturating_sub(self.base));
        let mark = usize::try_from(mark).unwrap_or(0);
        mark.max(self.filled.saturating_sub(HOLD_MAX)).min(self.filled)
    }

    /// Gives out what is held back as well.
    pub(super) fn release(&mut self) {
        self.released = true;
    }

    /// Takes back what is held back, because what follows cannot be decoded.
    /// Returns where in the source, in bits, the block starts that may have
    /// been the first not to decode to what it was; `None` if that is not
    /// known.
    pub(super) fn withdraw(&mut self) -> Option<u64> {
        let limit = self.end().saturating_sub(MARK_DISTANCE);
        let last = self.marks.iter().rev().find(|mark| mark.output <= limit);
        let source = last.map(|mark| mark.source);
        self.filled = self.sure().max(self.given);
        self.released = true;
        source
    }

    /// Puts output into `room`, and the parts of it that nobody can know into
    /// `unknown`; returns how many bytes it is.
    pub(super) fn give(&mut self, room: &mut [u8], unknown: &mut Vec<Range<usize>>) -> usize {
        let given = self.given..self.sure();
        let count = copy_start(self.track.output(given.clone()), room);
        let given = given.start..given.start.saturating_add(count);
        self.given = given.end;
        if let Some(twin) = &self.twin {
            let (ours, theirs) = (self.track.output(given.clone()), twin.output(given));
            differences(ours, theirs, GRAIN, unknown);
        }
        if count > 0 && self.is_all_known() {
            self.twin = None;
        }
        count
    }

    /// Whether nothing of what may be looked at again derives from an unknown
    /// window.
    fn is_all_known(&self) -> bool {
        let range = self.given.min(self.filled.saturating_sub(WINDOW))..self.filled;
        let is_same = |twin: &Track| twin.output(range.clone()) == self.track.output(range.clone());
        self.twin.as_ref().is_some_and(is_same)
    }

    /// What [`at`](Self::at) needs to go on from here: behind all output,
    /// given out or held back. `None` inside of a block, unless it is a long
    /// one.
    pub(super) fn place(&self) -> Option<Place> {
        let kind = match self.track.bits() {
            Some(bits) => PlaceKind::Boundary(bits),
            None => {
                let start = self.marks.back().map_or(0, |mark| mark.output);
                if self.end().saturating_sub(start) < LONG_BLOCK {
                    return None;
                }
                PlaceKind::Inside(self.track.state.clone())
            }
        };
        let window = self.filled.saturating_sub(WINDOW)..self.filled;
        let window = (!self.is_blank).then(|| self.track.output(window).to_vec());
        Some(Place { kind, window })
    }

    /// A decoder that goes on at `place` and holds nothing back.
    pub(super) fn at(place: &Place) -> Self {
        let mut inflate = Self::new(false);
        match &place.kind {
            PlaceKind::Boundary(bits) => *inflate.track.state = state_behind(*bits),
            PlaceKind::Inside(state) => inflate.track.state.clone_from(state),
        }
        let filled = match &place.window {
            Some(window) => copy_start(window, &mut inflate.track.buffer),
            None => WINDOW,
        };
        (inflate.filled, inflate.given) = (filled, filled);
        inflate
    }
}

/// The decoder at the start of a block behind `bits`.
fn state_behind(bits: Bits) -> DecompressorOxide {
    DecompressorOxide::from_block_boundary_state(&BlockBoundaryState {
        num_bits: bits.count,
        bit_buf: bits.value,
        ..BlockBoundaryState::default()
    })
}
