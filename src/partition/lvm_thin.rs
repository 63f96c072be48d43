//! Thin volumes: what of each is stored where in the pool's data, told by trees of chunks in its
//! metadata.
//!
//! The layout on disk is that of Linux's `drivers/md/dm-thin-metadata.c` and
//! `drivers/md/persistent-data`, little-endian. Every block of it that is read agrees with its
//! checksum and says of itself that it belongs there, and as many chunks are found as the volume
//! counts: otherwise it is refused.

use core::cell::Cell;
use core::ops::Range;
use std::rc::Rc;

use super::lvm_refusal::Refusal;
use crate::source::{
    Crc32c, Error, Glimpse, ReadAt, Spread, Window, Zeros, le_u32, le_u64, to_usize,
};

/// Bytes of a block of metadata.
const BLOCK: usize = 4096;

/// What is turned over in the checksums of the first block, and of nodes.
const SUPERBLOCK_SALT: u32 = 160_774;
const NODE_SALT: u32 = 121_107;

const MAGIC: u64 = 27_022_010;

/// Versions that have one layout.
const VERSIONS: core::ops::RangeInclusive<u32> = 1..=2;

/// Bytes in front of the keys of a node, and of a key.
const HEADER: usize = 32;
const KEY: usize = 8;

/// Kinds of nodes.
const INTERNAL: u32 = 1;
const LEAF: u32 = 2;

/// Bytes of a value: of where a chunk or a tree is, and of what is known of a volume.
const PLACE: usize = 8;
const DETAILS: usize = 24;

/// Levels of a tree, at most: four hold 10^9 chunks.
const DEPTH_MAX: usize = 12;

/// Bits of a place that count when it was given out.
const TIME_BITS: u32 = 24;

/// A pool of thin volumes.
pub(super) struct Pool {
    pub(super) metadata: Rc<dyn ReadAt>,
    pub(super) data: Rc<dyn ReadAt>,
    /// Bytes of a chunk, and the number of the last change, as LVM has them.
    pub(super) chunk: u64,
    pub(super) transaction: u64,
}

/// Why the walk ends.
enum Stop {
    Error(Error),
    Refused(Refusal),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

type Told<Value> = Result<Value, Stop>;

fn corrupt() -> Stop {
    Stop::Refused(Refusal::Corrupt)
}

/// It is not read, as all are that are called so.
fn not_read(kind: &str) -> Stop {
    Stop::Refused(Refusal::Kind(kind.to_owned()))
}

/// Puts together the volume of `size` bytes that has the number `device` in `pool`: what was
/// never written is zeros. Takes one from `left` for each block of metadata that is read, and for
/// each run of chunks: where that is not enough, it is refused as what is not read.
///
/// # Errors
///
/// The source cannot be read. That bytes are lost is no error.
pub(super) fn assemble(
    pool: &Pool,
    device: u64,
    size: u64,
    left: &Cell<usize>,
) -> Result<Result<Rc<dyn ReadAt>, Refusal>, Error> {
    match put_together(pool, device, size, left) {
        Ok(volume) => Ok(Ok(Rc::new(volume))),
        Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
        Err(Stop::Error(error)) => Err(error),
    }
}

fn put_together(pool: &Pool, device: u64, size: u64, left: &Cell<usize>) -> Told<Spread> {
    let metadata = Metadata { look: Glimpse::new(&*pool.metadata), crc: Crc32c::new(), left };
    let (mapping_root, details_root) = metadata.roots(pool)?;
    let details = metadata.find(details_root, DETAILS, device)?;
    let tree = le_u64(&metadata.find(mapping_root, PLACE, device)?, 0);
    let chunks = pool.data.size().unwrap_or(0).checked_div(pool.chunk).unwrap_or(0);
    let (mut runs, mut count): (Vec<Run>, u64) = (Vec::new(), 0);
    metadata.walk(tree, PLACE, 0..u64::MAX, &mut |key, value| {
        let place = le_u64(value, 0) >> TIME_BITS;
        count = count.saturating_add(1);
        if place >= chunks {
            return Err(corrupt());
        }
        match runs.last_mut() {
            Some(run) if run.goes_on(key, place) => run.count = run.count.saturating_add(1),
            _ => {
                metadata.take()?;
                runs.push(Run { from: key, place, count: 1 });
            }
        }
        Ok(())
    })?;
    if count != le_u64(&details, 0) {
        return Err(corrupt());
    }
    runs.iter().try_for_each(|run| run.check(pool.chunk)).ok_or_else(corrupt)?;
    let zeros: Rc<dyn ReadAt> = Rc::new(Zeros);
    let mut whole = Spread::default();
    for run in runs {
        let start = run.from.saturating_mul(pool.chunk).min(size);
        whole.push(whole.end(), start.saturating_sub(whole.end()), 0, vec![Rc::clone(&zeros)]);
        let length = run.count.saturating_mul(pool.chunk).min(size.saturating_sub(start));
        let place = run.place.saturating_mul(pool.chunk);
        let data = Window::new(Rc::clone(&pool.data), place..place.saturating_add(length));
        whole.push(start, length, 0, vec![Rc::new(data)]);
    }
    whole.push(whole.end(), size.saturating_sub(whole.end()), 0, vec![zeros]);
    Ok(whole)
}

/// Chunks that lie one behind the other in the volume and in the pool.
struct Run {
    from: u64,
    place: u64,
    count: u64,
}

impl Run {
    fn goes_on(&self, key: u64, place: u64) -> bool {
        self.from.checked_add(self.count) == Some(key)
            && self.place.checked_add(self.count) == Some(place)
    }

    /// Whether its end can be told in bytes.
    fn check(&self, chunk: u64) -> Option<()> {
        self.from.checked_add(self.count)?.checked_mul(chunk)?;
        self.place.checked_add(self.count)?.checked_mul(chunk).map(|_| ())
    }
}

/// The metadata of a pool.
struct Metadata<'a> {
    look: Glimpse<'a>,
    crc: Crc32c,
    left: &'a Cell<usize>,
}

/// A node that agrees with its checksum.
struct Node {
    bytes: Vec<u8>,
    is_leaf: bool,
    count: usize,
    /// Entries that there is room for: the values stand behind all keys.
    room: usize,
}

impl Node {
    fn key(&self, index: usize) -> u64 {
        le_u64(&self.bytes, index.saturating_mul(KEY).saturating_add(HEADER))
    }

    fn value(&self, index: usize, length: usize) -> &[u8] {
        let values = self.room.saturating_mul(KEY).saturating_add(HEADER);
        let at = index.saturating_mul(length).saturating_add(values);
        self.bytes.get(at..).and_then(|rest| rest.get(..length)).unwrap_or(&[])
    }
}

impl Metadata<'_> {
    fn take(&self) -> Told<()> {
        let left = self.left.get().checked_sub(1);
        left.map(|left| self.left.set(left)).ok_or_else(|| not_read("thin"))
    }

    /// A block that agrees with its checksum, and says of itself that it is this one.
    fn block(&self, number: u64, salt: u32) -> Told<Vec<u8>> {
        self.take()?;
        let at = number.checked_mul(4096).ok_or_else(corrupt)?;
        let bytes = self.look.bytes(at, BLOCK)?;
        let lacking = self.look.take_lacking();
        if lacking.not_yet_known {
            return Err(Stop::Refused(Refusal::NotYetKnown));
        }
        let bytes = bytes.ok_or_else(corrupt)?;
        let sum = self.crc.on_from(u32::MAX, bytes.get(4..).unwrap_or(&[])) ^ salt;
        let is_own = sum == le_u32(&bytes, 0) && le_u64(&bytes, 8) == number;
        if !is_own || lacking.in_doubt {
            return Err(corrupt());
        }
        Ok(bytes)
    }

    /// Where the trees of chunks are, and that of what is known of each volume.
    fn roots(&self, pool: &Pool) -> Told<(u64, u64)> {
        let bytes = self.block(0, SUPERBLOCK_SALT)?;
        let chunk = u64::from(le_u32(&bytes, 336)).checked_mul(512);
        let is_pool = le_u64(&bytes, 32) == MAGIC
            && VERSIONS.contains(&le_u32(&bytes, 40))
            && chunk == Some(pool.chunk)
            && pool.chunk > 0
            && u64::from(le_u32(&bytes, 340)).checked_mul(512) == Some(4096)
            && le_u64(&bytes, 48) == pool.transaction;
        if !is_pool {
            return Err(corrupt());
        }
        // It is to be checked first; or has what is not known here.
        if le_u32(&bytes, 4) != 0 || le_u32(&bytes, 360) != 0 {
            return Err(not_read("thin"));
        }
        Ok((le_u64(&bytes, 320), le_u64(&bytes, 328)))
    }

    fn node(&self, number: u64, length: usize) -> Told<Node> {
        let bytes = self.block(number, NODE_SALT)?;
        let (flags, value) = (le_u32(&bytes, 4), le_u32(&bytes, 24));
        let [count, room, value] =
            [le_u32(&bytes, 16), le_u32(&bytes, 20), value].map(|n| to_usize(n.into()));
        let is_leaf = flags == LEAF;
        let expected = if is_leaf { length } else { PLACE };
        let used = room.saturating_mul(KEY.saturating_add(expected)).saturating_add(HEADER);
        let makes_sense = matches!(flags, INTERNAL | LEAF)
            && value == expected
            && count <= room
            && used <= BLOCK
            && (is_leaf || count > 0);
        makes_sense.then_some(Node { bytes, is_leaf, count, room }).ok_or_else(corrupt)
    }

    /// The value of a key.
    fn find(&self, root: u64, length: usize, key: u64) -> Told<Vec<u8>> {
        let mut found = None;
        self.walk(root, length, key..key.checked_add(1).ok_or_else(corrupt)?, &mut |_, value| {
            found = Some(value.to_vec());
            Ok(())
        })?;
        found.ok_or_else(corrupt)
    }

    /// Visits what stands below `root` under the keys in `wanted`, in their order.
    fn walk(
        &self,
        root: u64,
        length: usize,
        wanted: Range<u64>,
        visit: &mut dyn FnMut(u64, &[u8]) -> Told<()>,
    ) -> Told<()> {
        let mut waiting = vec![(root, 0_usize, 0..u64::MAX)];
        while let Some((number, depth, allowed)) = waiting.pop() {
            let node = self.node(number, length)?;
            let keys = (0..node.count).map(|index| node.key(index));
            let is_within = keys.clone().all(|key| allowed.contains(&key));
            if !is_within || !keys.is_sorted_by(|one, next| one < next) || depth > DEPTH_MAX {
                return Err(corrupt());
            }
            let mut below = Vec::new();
            for index in 0..node.count {
                let (key, next) = (node.key(index), index.saturating_add(1));
                let end = if next < node.count { node.key(next) } else { allowed.end };
                if node.is_leaf {
                    if wanted.contains(&key) {
                        visit(key, node.value(index, length))?;
                    }
                } else if key < wanted.end && wanted.start < end {
                    let child = le_u64(node.value(index, PLACE), 0);
                    below.push((child, depth.saturating_add(1), key..end));
                }
            }
            waiting.extend(below.into_iter().rev());
        }
        Ok(())
    }
}
