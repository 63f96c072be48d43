//! The parts of a file that was split, put in the order that the archive proves.

use core::ops::Range;

use uuid::Uuid;

use crate::archive::extent::{self, ExtentHeader, HEADER_LENGTH};
use crate::archive::header::MAGIC;
use crate::container::{Container, Joint, continues};
use crate::source::{Error, ReadAt, read_range, to_u64, to_usize};

/// Bytes on each side of a joint that are unpacked: two blocks of any container.
const BESIDE: u64 = 2 << 20;

/// Of a part that is longer, only the extents in so many of its last bytes are
/// followed: two of the largest size fit into them.
const FOLLOWED: u64 = 8 << 20;
const FOLLOWED_WHOLE: u64 = 64 << 20;

/// Joints that are tried: of a plain archive, and of a container, where that takes
/// longer.
const TRIALS: (u32, u32) = (20_000, 2_000);

/// Bytes that tell how a file starts.
const RECOGNISED_BY: u64 = 6;

/// Where the header of an archive says how long it is.
const HEADER_SIZE_AT: u64 = 0x38;

/// Parts in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which part comes when, by its number.
    pub parts: Vec<usize>,
    /// What speaks for each joint: of the first two parts, of the second and the third,
    /// and so on.
    pub joints: Vec<Joint>,
}

/// The order of `parts`, of which `named` is the one that their names tell: the first
/// of all, near to that, in which nothing contradicts a joint. `None` if they are no
/// parts of one file: not one of them, or several, start as an archive or a container
/// does. Where nothing is proven, the names count.
///
/// # Errors
///
/// A part cannot be read.
pub fn order(parts: &[&dyn ReadAt], named: &[usize]) -> Result<Option<Order>, Error> {
    let mut starts = Vec::new();
    for &number in named {
        let Some(&part) = parts.get(number) else { return Ok(None) };
        let first = read_range(part, 0..RECOGNISED_BY)?;
        let container = Container::recognise(&first);
        if first.starts_with(&MAGIC) || container.is_some() {
            starts.push((number, container));
        }
    }
    let &[(start, container)] = starts.as_slice() else { return Ok(None) };
    let rest: Vec<usize> = named.iter().copied().filter(|&number| number != start).collect();
    let trials = if container.is_none() { TRIALS.0 } else { TRIALS.1 };
    if container.is_none()
        && let Some(order) = Slots::fill(parts, start, &rest)?
    {
        return Ok(Some(order));
    }
    let mut search = Search { parts, container, trials, joints: Vec::new() };
    let mut path = Path::default();
    path.push(parts, start)?;
    if search.go_on(&path, &rest)? {
        let (order, joints) =
            search.joints.iter().rev().copied().unzip::<usize, Joint, Vec<_>, Vec<_>>();
        let parts = core::iter::once(start).chain(order).collect();
        return Ok(Some(Order { parts, joints }));
    }
    // What contradicts may be damage.
    search.trials = u32::MAX;
    let mut joints = Vec::new();
    for &number in &rest {
        joints.push(search.joint(&mut path, number)?);
    }
    let parts = core::iter::once(start).chain(rest).collect();
    Ok(Some(Order { parts, joints }))
}

/// Parts of a plain archive that are all of one length, but for the last one: the
/// chain of extents tells which of them stands where, even over parts in which no
/// extent starts.
struct Slots<'a> {
    parts: &'a [&'a dyn ReadAt],
    length: u64,
    /// Which part comes when, as far as extents tell.
    placed: Vec<Option<usize>>,
    left: Vec<usize>,
    uuid: Option<Uuid>,
}

impl<'a> Slots<'a> {
    /// The order, if they are of one length and the chain holds to its end.
    fn fill(
        parts: &'a [&'a dyn ReadAt],
        start: usize,
        rest: &[usize],
    ) -> Result<Option<Order>, Error> {
        let size = |number: usize| parts.get(number).and_then(|part| part.size()).unwrap_or(0);
        let length = size(start);
        let mut others = rest.iter().copied().filter(|&number| size(number) != length);
        let last = others.next();
        if others.next().is_some() || last.is_some_and(|last| size(last) > length) {
            return Ok(None);
        }
        let left = rest.iter().copied().filter(|&number| Some(number) != last).collect();
        let mut placed = vec![None; parts.len()];
        if let Some(slot) = placed.first_mut() {
            *slot = Some(start);
        }
        if let (Some(slot), Some(_)) = (placed.last_mut(), last) {
            *slot = last;
        }
        let mut slots = Self { parts, length, placed, left, uuid: None };
        if !slots.follow()? {
            return Ok(None);
        }
        let known: Vec<bool> = slots.placed.iter().map(Option::is_some).collect();
        let mut left = slots.left.iter().copied();
        let parts =
            slots.placed.iter().filter_map(|&placed| placed.or_else(|| left.next())).collect();
        let joint = |pair: &[bool]| match pair {
            [true, true] => Joint::Proven,
            _ => Joint::Unknown,
        };
        Ok(Some(Order { parts, joints: known.windows(2).map(joint).collect() }))
    }

    /// Follows the extents, and places the parts in which they start; returns whether
    /// they go on to the end.
    fn follow(&mut self) -> Result<bool, Error> {
        let Some(&Some(start)) = self.placed.first() else { return Ok(false) };
        let field = read_range(part(self.parts, start)?, HEADER_SIZE_AT..HEADER_SIZE_AT + 4)?;
        let Some(field) = field.first_chunk::<4>() else { return Ok(false) };
        let mut at = u64::from(u32::from_be_bytes(*field));
        let sizes = self.parts.iter().filter_map(|part| part.size());
        let end = sizes.fold(0, u64::saturating_add);
        while at < end {
            let Some(header) = self.header(at)? else { return Ok(false) };
            self.uuid = Some(header.uuid());
            at = at.saturating_add(header.size());
        }
        Ok(at == end)
    }

    /// The sound header at `at`, in the part that stands there, or in one that is put
    /// there for it.
    fn header(&mut self, at: u64) -> Result<Option<ExtentHeader>, Error> {
        let slot = to_usize(at.checked_div(self.length).unwrap_or(0));
        let within = at.checked_rem(self.length).unwrap_or(0);
        let missing = to_u64(HEADER_LENGTH).saturating_sub(self.length.saturating_sub(within));
        let first = self.candidates(slot);
        let second = if missing > 0 { self.candidates(slot.saturating_add(1)) } else { vec![None] };
        for &number in &first {
            let Some(number) = number else { continue };
            let range = within..within.saturating_add(to_u64(HEADER_LENGTH));
            let bytes = read_range(part(self.parts, number)?, range)?;
            for &next in second.iter().filter(|&&next| next != Some(number)) {
                let mut bytes = bytes.clone();
                if let Some(next) = next {
                    bytes.extend(read_range(part(self.parts, next)?, 0..missing)?);
                }
                let Some(header) = sound(&bytes, self.uuid) else { continue };
                self.place(slot, number);
                if let Some(next) = next {
                    self.place(slot.saturating_add(1), next);
                }
                return Ok(Some(header));
            }
        }
        Ok(None)
    }

    fn candidates(&self, slot: usize) -> Vec<Option<usize>> {
        match self.placed.get(slot) {
            Some(&Some(number)) => vec![Some(number)],
            Some(None) => self.left.iter().copied().map(Some).collect(),
            None => Vec::new(),
        }
    }

    fn place(&mut self, slot: usize, number: usize) {
        if let Some(place) = self.placed.get_mut(slot) {
            *place = Some(number);
        }
        self.left.retain(|&other| other != number);
    }
}

/// The header that `bytes` start with, if it is a sound one, of the archive `uuid` if
/// that is known.
fn sound(bytes: &[u8], uuid: Option<Uuid>) -> Option<ExtentHeader> {
    let header = ExtentHeader::parse(bytes.first_chunk::<HEADER_LENGTH>()?);
    let uuid = uuid.unwrap_or_else(|| header.uuid());
    header.faults(uuid).is_empty().then_some(header)
}

/// Looks for an order in which nothing contradicts.
struct Search<'a> {
    parts: &'a [&'a dyn ReadAt],
    container: Option<Container>,
    /// Joints that may still be tried.
    trials: u32,
    /// The order that was found, from its end to the part behind the first.
    joints: Vec<(usize, Joint)>,
}

impl Search<'_> {
    /// Puts `left` behind `path`; returns whether that can be done. What is proven comes
    /// before what nothing tells, and of that, what the names tell.
    fn go_on(&mut self, path: &Path, left: &[usize]) -> Result<bool, Error> {
        if left.is_empty() {
            return Ok(true);
        }
        let mut unknown = Vec::new();
        for &number in left {
            let mut longer = path.clone();
            match self.joint(&mut longer, number)? {
                Joint::Proven if self.follow(&longer, left, number, Joint::Proven)? => {
                    return Ok(true);
                }
                Joint::Unknown => unknown.push((number, longer)),
                Joint::Proven | Joint::Contradicted => {}
            }
        }
        for (number, longer) in unknown {
            if self.follow(&longer, left, number, Joint::Unknown)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn follow(
        &mut self,
        path: &Path,
        left: &[usize],
        number: usize,
        joint: Joint,
    ) -> Result<bool, Error> {
        let left: Vec<usize> = left.iter().copied().filter(|&other| other != number).collect();
        let is_found = self.go_on(path, &left)?;
        if is_found {
            self.joints.push((number, joint));
        }
        Ok(is_found)
    }

    /// Puts the part `number` behind `path`, and says what speaks for that.
    fn joint(&mut self, path: &mut Path, number: usize) -> Result<Joint, Error> {
        let Some(trials) = self.trials.checked_sub(1) else { return Ok(Joint::Contradicted) };
        self.trials = trials;
        match self.container {
            None => path.push(self.parts, number),
            Some(container) => {
                let tail = path.tail(self.parts)?;
                path.push(self.parts, number)?;
                let part = part(self.parts, number)?;
                continues(&tail, &read_range(part, 0..BESIDE)?, container)
            }
        }
    }
}

fn part<'a>(parts: &[&'a dyn ReadAt], number: usize) -> Result<&'a dyn ReadAt, Error> {
    let found = parts.get(number).copied();
    found.ok_or_else(|| Error::source_unreadable(0, String::from("there is no such part")))
}

/// Parts one behind the other.
#[derive(Clone, Default)]
struct Path {
    /// Their numbers, each with where it starts.
    parts: Vec<(usize, u64)>,
    size: u64,
    /// Where the next extent should start, once that is known.
    next: Option<u64>,
    uuid: Option<Uuid>,
}

impl Path {
    /// Appends a part, and follows the extents of a plain archive into it.
    fn push(&mut self, parts: &[&dyn ReadAt], number: usize) -> Result<Joint, Error> {
        let size = part(parts, number)?.size().unwrap_or(0);
        let joint = self.size;
        self.parts.push((number, joint));
        self.size = joint.saturating_add(size);
        if self.next.is_none() && self.size >= HEADER_SIZE_AT + 4 {
            let field = self.read(parts, HEADER_SIZE_AT..HEADER_SIZE_AT + 4)?;
            self.next = field.first_chunk::<4>().map(|size| u32::from_be_bytes(*size).into());
        }
        let mut found = Joint::Unknown;
        while let Some(at) = self.next {
            let end = at.saturating_add(to_u64(HEADER_LENGTH));
            if end > self.size {
                break;
            }
            let bytes = self.read(parts, at..end)?;
            let Some(header) = sound(&bytes, self.uuid) else { return Ok(Joint::Contradicted) };
            self.uuid = Some(header.uuid());
            self.next = Some(at.saturating_add(header.size()));
            found = Joint::Proven;
            if at >= joint && size > FOLLOWED_WHOLE {
                self.skip(parts)?;
            }
        }
        // The last extent of all ends just where the last part does.
        Ok(if self.next == Some(self.size) { Joint::Proven } else { found })
    }

    /// Goes on near the end of a long part.
    fn skip(&mut self, parts: &[&dyn ReadAt]) -> Result<(), Error> {
        let from = self.size.saturating_sub(FOLLOWED);
        if self.next.is_none_or(|next| next >= from) {
            return Ok(());
        }
        let bytes = self.read(parts, from..self.size)?;
        let starts = bytes.windows(extent::MAGIC.len()).zip(from..);
        let mut starts = starts.filter(|(start, _)| *start == extent::MAGIC);
        let found = starts.find(|(_, at)| {
            let rest = bytes.get(to_usize(at.saturating_sub(from))..).unwrap_or(&[]);
            sound(rest, self.uuid).is_some()
        });
        self.next = found.map(|(_, at)| at).or(self.next);
        Ok(())
    }

    /// Its last bytes.
    fn tail(&self, parts: &[&dyn ReadAt]) -> Result<Vec<u8>, Error> {
        self.read(parts, self.size.saturating_sub(BESIDE)..self.size)
    }

    fn read(&self, parts: &[&dyn ReadAt], range: Range<u64>) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        let first = self.parts.partition_point(|&(_, start)| start <= range.start);
        for &(number, start) in self.parts.get(first.saturating_sub(1)..).unwrap_or(&[]) {
            if start >= range.end {
                break;
            }
            let within = range.start.saturating_sub(start)..range.end.saturating_sub(start);
            bytes.extend(read_range(part(parts, number)?, within)?);
        }
        Ok(bytes)
    }
}
