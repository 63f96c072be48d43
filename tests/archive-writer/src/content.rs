//! What is on a disk.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::{BLOCK, CLUSTER, Random};

/// Makes the bytes of a cluster from its number; `None` is a cluster of zeros.
type Generator = dyn Fn(u32) -> Option<Vec<u8>> + Send + Sync;

/// What is on a disk, cluster by cluster, in any order and as often as asked.
#[derive(Clone)]
pub struct Content(Arc<Generator>);

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content")
    }
}

impl Content {
    /// Nothing but zeros.
    #[must_use]
    pub fn zero() -> Self {
        Self::from_fn(|_| None)
    }

    /// What `generator` gives for a cluster's number: `None` for zeros, and
    /// zeros behind bytes that are fewer than a cluster.
    pub fn from_fn(generator: impl Fn(u32) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        Self(Arc::new(generator))
    }

    /// The bytes of a disk, zeros behind them.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self::from_fn(move |number| {
            let start = (number as usize).checked_mul(CLUSTER)?;
            let rest = bytes.get(start..)?;
            Some(rest[..rest.len().min(CLUSTER)].to_vec())
        })
    }

    /// A disk of a kind; all of it follows from `seed`.
    #[must_use]
    pub fn of_kind(kind: Kind, seed: u64) -> Self {
        Self::from_fn(move |number| kind.cluster(seed, number))
    }

    /// The 65,536 bytes of a cluster, or `None` if it was left out as zeros.
    #[must_use]
    pub fn cluster(&self, number: u32) -> Option<Vec<u8>> {
        let mut bytes = (self.0)(number)?;
        assert!(bytes.len() <= CLUSTER, "a cluster has at most {CLUSTER} bytes");
        bytes.resize(CLUSTER, 0);
        Some(bytes)
    }
}

/// Kinds of disks that can be made from a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Random bytes throughout: nothing is left out, nothing compresses.
    Dense,
    /// Zeros throughout.
    Zero,
    /// As a disk in use: runs of random bytes, of text, of zeros, and clusters
    /// of which only some blocks are stored.
    Mixed,
    /// Zeros with a short run of stored clusters here and there.
    Sparse,
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "dense" => Ok(Self::Dense),
            "zero" => Ok(Self::Zero),
            "mixed" => Ok(Self::Mixed),
            "sparse" => Ok(Self::Sparse),
            _ => Err(format!("{name:?} is none of dense, zero, mixed, sparse")),
        }
    }
}

/// Clusters that are of one sort on a mixed disk: 1 MiB.
const RUN: u32 = 16;

impl Kind {
    fn cluster(self, seed: u64, number: u32) -> Option<Vec<u8>> {
        let mut random = Random::of_part(seed, u64::from(number));
        match self {
            Self::Dense => Some(random.bytes(CLUSTER)),
            Self::Zero => None,
            Self::Mixed => match sort_of_run(seed, number) {
                0..45 => Some(random.bytes(CLUSTER)),
                45..75 => Some(text(&mut random)),
                75..87 => Some(partial(&mut random)),
                _ => None,
            },
            Self::Sparse => match sort_of_run(seed, number) {
                0..2 => Some(random.bytes(CLUSTER)),
                2..4 => Some(partial(&mut random)),
                _ => None,
            },
        }
    }
}

/// A number below 100 that the clusters of one run have in common.
fn sort_of_run(seed: u64, number: u32) -> u64 {
    Random::of_part(!seed, u64::from(number / RUN)).below(100)
}

/// A cluster of words, which compresses as logs and source code do.
fn text(random: &mut Random) -> Vec<u8> {
    const WORDS: [&str; 16] = [
        "the ", "disk ", "of ", "a ", "machine ", "holds ", "files ", "which ", "are ", "read ",
        "by ", "programs", ", ", ".\n", "and ", "0x1f ",
    ];
    let mut bytes = Vec::with_capacity(CLUSTER + 64);
    while bytes.len() < CLUSTER {
        let mut picks = random.next_u64();
        for _ in 0..8 {
            bytes.extend_from_slice(WORDS[(picks & 15) as usize].as_bytes());
            picks >>= 4;
        }
    }
    bytes.truncate(CLUSTER);
    bytes
}

/// A cluster of which about half of the blocks are zeros.
fn partial(random: &mut Random) -> Vec<u8> {
    let mut bytes = vec![0; CLUSTER];
    let stored = random.next_u64();
    for (index, block) in bytes.chunks_exact_mut(BLOCK).enumerate() {
        if stored >> index & 1 == 1 {
            random.fill(block);
        }
    }
    bytes
}
