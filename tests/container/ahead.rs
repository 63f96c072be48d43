//! Blocks that others decode ahead: by no matter how many threads, the same comes of a
//! file as without any.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use vma_inspector::container::{Contents, Done, Progress, Task, WorkAhead, run_bytes};
use vma_inspector::source::{ReadAt, gaps};

use crate::support::*;
use crate::zstd::block_starts;

#[allow(dead_code, reason = "how many are of use is for the terminal to ask")]
#[path = "../../src/cli/threads.rs"]
mod threads;
use threads::Threads;

const THREADS: [usize; 4] = [0, 1, 2, 5];

/// Threads that count what they are given.
pub struct Counting {
    threads: Threads,
    pub begun: Cell<u64>,
    pub taken: Cell<u64>,
}

impl Counting {
    pub fn new(threads: usize) -> Rc<Self> {
        let threads = Threads::new(threads);
        Rc::new(Self { threads, begun: Cell::new(0), taken: Cell::new(0) })
    }
}

impl WorkAhead for Counting {
    fn hands(&self) -> usize {
        self.threads.hands()
    }

    fn begin(&self, task: Task) -> u64 {
        self.begun.set(self.begun.get() + 1);
        self.threads.begin(task)
    }

    fn take(&self, number: u64) -> Option<Done> {
        self.taken.set(self.taken.get() + 1);
        self.threads.take(number)
    }

    fn forget(&self, number: u64) {
        self.threads.forget(number);
    }
}

/// Somebody who shares no memory with who asks: tasks come and go as bytes. Each third is
/// not begun when it is asked for, each seventh is lost, as with a Worker that ended.
#[derive(Default)]
pub struct Elsewhere {
    tasks: RefCell<BTreeMap<u64, Option<Vec<u8>>>>,
    begun: Cell<u64>,
    /// Tasks of which something came, and those that came back as they were.
    pub done: Cell<u64>,
    pub untaken: Cell<u64>,
}

impl WorkAhead for Elsewhere {
    fn hands(&self) -> usize {
        2
    }

    fn begin(&self, task: Task) -> u64 {
        self.begun.set(self.begun.get() + 1);
        self.tasks.borrow_mut().insert(self.begun.get(), task.into_bytes());
        self.begun.get()
    }

    fn take(&self, number: u64) -> Option<Done> {
        let task = self.tasks.borrow_mut().remove(&number).expect("each is asked for once")?;
        if number.is_multiple_of(7) {
            return None;
        }
        if number.is_multiple_of(3) {
            let done = Done::from_bytes(task);
            self.untaken.set(self.untaken.get() + u64::from(done.is_some()));
            return done;
        }
        self.done.set(self.done.get() + 1);
        Done::from_bytes(run_bytes(task))
    }

    fn forget(&self, number: u64) {
        self.tasks.borrow_mut().remove(&number).expect("each is given up once");
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        assert!(self.tasks.borrow().is_empty(), "all were asked for, or given up");
    }
}

/// All that can be told of a file: what it comes to, what is missing or in doubt, what
/// was found, how far it came and which checkpoints it left. What cannot be decoded at
/// all is told by the error.
#[derive(Debug, PartialEq)]
struct Told {
    pieces: Vec<(u64, Vec<u8>)>,
    gaps: String,
    findings: String,
    progress: Progress,
    checksums: String,
    /// What is read of it at random places afterwards, which starts from checkpoints.
    again: Vec<(u64, Vec<u8>)>,
}

/// What is told of `contents`, compared with its checksums before it is read or after.
fn told(contents: &Contents, is_compared_first: bool) -> Result<Told, String> {
    let said = |error| format!("{error:?}");
    let compare = || {
        while !contents.verify_step(1 << 20).map_err(said)?.done {}
        Ok::<_, String>(())
    };
    contents.approach(u64::MAX..u64::MAX, u64::MAX).map_err(said)?;
    if is_compared_first {
        compare()?;
    }
    let pieces = read_around(contents);
    compare()?;
    let size = contents.size().unwrap_or(0);
    let mut random = Random::new(size);
    let mut again = Vec::new();
    for _ in 0..8 {
        let (at, mut buffer) = (random.below(size), vec![0; 30_000]);
        let count = contents.read_at(at, &mut buffer).map_err(said)?;
        buffer.truncate(count);
        again.push((at, buffer));
    }
    Ok(Told {
        pieces,
        gaps: format!(
            "{:?} {:?}",
            gaps(contents, 0..size).collect::<Vec<_>>(),
            contents.wrong_ranges()
        ),
        findings: format!("{:?} {}", contents.findings(), contents.findings_left_out()),
        progress: contents.progress(),
        checksums: format!("{:?} {:?}", contents.checksums(), contents.covered()),
        again,
    })
}

/// Holds what threads make of a file against what comes of it in line; returns how many
/// tasks they were given at most.
pub fn assert_alike(packed: &[u8], about: &str) -> u64 {
    let mut begun = 0;
    // Only blocks of lzop are not all compared on the way to the end.
    let is_lzop = packed.starts_with(b"\x89LZO");
    for is_compared_first in [false, true].into_iter().take(1 + usize::from(is_lzop)) {
        let alone = told(&opened(packed), is_compared_first);
        for count in THREADS {
            let contents = opened(packed);
            let threads = Counting::new(count);
            contents.work_ahead(Rc::<Counting>::clone(&threads));
            let with = told(&contents, is_compared_first);
            assert!(with == alone, "{about}: {count} threads come to something else");
            assert!(count > 0 || threads.begun.get() == 0, "{about}: nobody is there");
            begun = begun.max(threads.begun.get());
        }
        let (contents, elsewhere) = (opened(packed), Rc::new(Elsewhere::default()));
        contents.work_ahead(Rc::<Elsewhere>::clone(&elsewhere));
        assert!(told(&contents, is_compared_first) == alone, "{about}: as bytes, something else");
    }
    begun
}

#[test]
fn tasks_are_done_by_who_shares_no_memory() {
    let plain = mixed(51, 24_000_000);
    for way in ["-c", "-cF"] {
        let packed = run("lzop", &[way], &plain).expect("lzop is installed");
        let (contents, elsewhere) = (opened(&packed), Rc::new(Elsewhere::default()));
        contents.work_ahead(Rc::<Elsewhere>::clone(&elsewhere));
        while !contents.verify_step(1 << 20).unwrap().done {}
        assert!(read_all(&contents) == plain, "{way}");
        assert_eq!(codes(&contents), Vec::<&str>::new());
        // What is behind one that is lost is handed out once more.
        let (done, untaken) = (elsewhere.done.get(), elsewhere.untaken.get());
        assert!(done > 60 && untaken > done / 4, "{done} and {untaken}");
        assert_eq!(run_bytes(b"no task".to_vec()), Vec::<u8>::new());
    }
}

#[test]
fn nearly_all_blocks_of_lzop_are_decoded_ahead() {
    let plain = mixed(51, 24_000_000);
    let ways: [&[&str]; 4] = [&[], &["-9"], &["--crc32", "-CC"], &["-F"]];
    for way in ways {
        let packed = run("lzop", &[&["-c"], way].concat(), &plain).expect("lzop is installed");
        let blocks = plain.len() as u64 / (256 << 10);
        let threads = Counting::new(2);
        let contents = opened(&packed);
        contents.work_ahead(Rc::<Counting>::clone(&threads));
        while !contents.verify_step(1 << 20).unwrap().done {}
        let compared = threads.taken.get();
        assert!(compared + 3 >= blocks && compared == threads.begun.get(), "{compared}");
        // As they are read, they are decoded once more.
        assert!(read_all(&contents) == plain, "{way:?}");
        assert!(threads.taken.get() + 6 >= 2 * blocks, "{}", threads.taken.get());
        assert_eq!(codes(&contents), Vec::<&str>::new());
    }
}

/// The kinds of literals and of tables of the sequences that blocks take of those before
/// them: treeless ones, and repeated ones (RFC 8878, § 3.1.1.3.1.1 and § 3.1.1.3.2.1).
fn dependent_blocks(packed: &[u8]) -> (usize, usize) {
    let (mut treeless, mut repeats) = (0, 0);
    for start in compressed_blocks(packed) {
        let block = &packed[start + 3..];
        treeless += usize::from(block[0] & 3 == 3);
        let word = u64::from_le_bytes(block[..8].try_into().unwrap()) as usize;
        let section = match (block[0] & 3, block[0] >> 2 & 3) {
            (0, 0 | 2) => 1 + (word >> 3 & 0x1f),
            (0, 1) => 2 + (word >> 4 & 0xfff),
            (0, _) => 3 + (word >> 4 & 0xf_ffff),
            (1, 0 | 2) => 2,
            (1, 1) => 3,
            (1, _) => 4,
            (_, 0 | 1) => 3 + (word >> 14 & 0x3ff),
            (_, 2) => 4 + (word >> 18 & 0x3fff),
            _ => 5 + (word >> 22 & 0x3_ffff),
        };
        let sequences = &block[section..];
        let modes = match sequences[0] {
            0 => continue,
            255 => sequences[3],
            128.. => sequences[2],
            _ => sequences[1],
        };
        repeats += usize::from([6, 4, 2].iter().any(|shift| modes >> shift & 3 == 3));
    }
    (treeless, repeats)
}

/// Bytes of the header of a frame that came through a pipe: no length is known.
const FRAME_HEADER: usize = 6;

/// Where compressed blocks of a frame without a length start, told by its block headers.
fn compressed_blocks(packed: &[u8]) -> Vec<usize> {
    let starts = block_starts(packed, FRAME_HEADER);
    starts.into_iter().filter(|&start| packed[start] >> 1 & 3 == 2).collect()
}

fn zstd(arguments: &[&str], plain: &[u8]) -> Vec<u8> {
    let arguments = [&["-q", "-c"], arguments].concat();
    run("zstd", &arguments, plain).expect("zstd is installed")
}

#[test]
fn nearly_all_blocks_of_zstd_are_prepared_ahead() {
    let plain = mixed(51, 24_000_000);
    let ways: [&[&str]; 5] =
        [&["-3"], &["-3", "--threads=2"], &["-9"], &["-19", "--long=24"], &["--fast=3"]];
    for way in ways {
        let packed = zstd(way, &plain);
        let threads = Counting::new(2);
        let contents = opened(&packed);
        contents.work_ahead(Rc::<Counting>::clone(&threads));
        assert!(read_all(&contents) == plain, "{way:?}");
        assert_eq!(codes(&contents), Vec::<&str>::new());
        let blocks = compressed_blocks(&packed).len() as u64;
        let taken = threads.taken.get();
        assert!(taken == threads.begun.get() && taken * 8 + 16 >= blocks, "{taken} of {blocks}");
    }
}

#[test]
fn tables_of_earlier_blocks_are_there_however_far_back() {
    // Records whose numbers are alike everywhere: their tables are worth repeating.
    let mut random = Random::new(52);
    let mut plain = Vec::new();
    for record in 0..400_000_u64 {
        plain.extend_from_slice(&(record * 3).to_be_bytes()[4..]);
        plain.extend((0..6).map(|_| b"etaoinshrdlu"[(random.below(4) * random.below(4)) as usize]));
        plain.extend_from_slice(&random.below(7).to_le_bytes()[..2]);
    }
    let (mut all_treeless, mut all_repeats) = (0, 0);
    for level in ["-3", "-9", "-12", "-19"] {
        let packed = zstd(&[level], &plain);
        let (treeless, repeats) = dependent_blocks(&packed);
        assert!(assert_alike(&packed, level) > 0, "{level}");
        (all_treeless, all_repeats) = (all_treeless + treeless, all_repeats + repeats);
    }
    // As zstd 1.5.4 writes them: runs longer than a batch, of either kind.
    assert!(all_treeless > 8 && all_repeats > 8, "{all_treeless} and {all_repeats}");
}

#[test]
fn damaged_zstd_tells_the_same_by_any_number_of_threads() {
    let plain = mixed(53, 3_000_000);
    let two_frames = [zstd(&["-3"], &plain[..900_000]), zstd(&["-9"], &plain)].concat();
    let bases = [
        zstd(&["-3"], &plain),
        zstd(&["-19"], &plain),
        zstd(&["-1", "--no-check"], &plain),
        two_frames,
    ];
    assert!(assert_alike_when_damaged(&bases) > 60, "few tasks");
}

/// Whether a container holds more than 32 MiB.
fn is_large(packed: &[u8]) -> bool {
    let (contents, most) = (opened(packed), 32 << 20);
    contents.approach(most..most + 1, u64::MAX).is_ok() && contents.progress().contents > most
}

#[test]
fn fixtures_tell_the_same_by_any_number_of_threads() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let folders = ["container/corpus", "fixtures"].map(|name| folder.join(name));
    let mut files = 0;
    let mut large = 0;
    for entry in folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap()) {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|name| ["lzo", "zst", "bz2"].iter().any(|&is| name == is)) {
            let packed = std::fs::read(&path).unwrap();
            if is_large(&packed) {
                large += 1;
                continue;
            }
            assert_alike(&packed, &path.to_string_lossy());
            files += 1;
        }
    }
    // Large are images of disks, one container like the other.
    assert!(files >= 50 && large < 25, "{files} files, {large} large ones");
}

/// Any damage: bits, noise, zeros, bytes that are left out or put in.
fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len() as u64) as usize;
    let end = (at + 1 + random.below(5000) as usize).min(bytes.len());
    match random.below(6) {
        0 => bytes[at..end].fill(0),
        1 => bytes[at..end].fill_with(|| random.next() as u8),
        2 => drop(bytes.drain(at..end)),
        3 => drop(bytes.splice(at..at, vec![0x5a; end - at])),
        4 => bytes.truncate(at.max(1)),
        _ => bytes[at] ^= 1 << random.below(8),
    }
}

/// The same for files that are damaged in 60 ways; returns how many tasks there were.
pub fn assert_alike_when_damaged(bases: &[Vec<u8>]) -> u64 {
    let mut begun = 0;
    for seed in 5300..5360 {
        let mut random = Random::new(seed);
        let mut bytes = bases[random.below(bases.len() as u64) as usize].clone();
        for _ in 0..=random.below(3) {
            damage(&mut bytes, &mut random);
        }
        begun += assert_alike(&bytes, &format!("seed {seed}"));
    }
    begun
}

#[test]
fn damaged_lzop_tells_the_same_by_any_number_of_threads() {
    let plain = mixed(53, 4_000_000);
    let lzop = |arguments: &[&str], plain: &[u8]| {
        run("lzop", &[&["-c"], arguments].concat(), plain).expect("lzop is installed")
    };
    let two_parts = [lzop(&[], &plain[..900_000]), lzop(&["-CC"], &plain)].concat();
    let bases =
        [lzop(&[], &plain), lzop(&["-9", "--crc32"], &plain), lzop(&["-F"], &plain), two_parts];
    assert!(assert_alike_when_damaged(&bases) > 300, "few tasks");
}
