//! What a file system announces is wanted and named, so that it can be brought before.

use std::ops::Range;
use std::rc::Rc;

use vma_inspector::file_system::{Fault, FaultKind};
use vma_inspector::files::Cache;
use vma_inspector::files::cache::BLOCK;
use vma_inspector::source::{GapKind, ReadAt, read_range};

use crate::sample::bytes;
use crate::spoilt::Spoilt;
use crate::volumes::far;

/// Bytes that stand in some blocks, and are announced with others.
fn some_of(blocks: &[u64]) -> Vec<Range<u64>> {
    blocks.iter().map(|block| block * BLOCK + 100..block * BLOCK + 200).collect()
}

/// Reads a byte of each of `blocks`; a fault if one is not there.
fn read_all(cache: &Cache, blocks: &[u64]) -> Result<Vec<u8>, Fault> {
    let read = blocks.iter().map(|block| {
        let place = block * BLOCK + 150..block * BLOCK + 151;
        let byte = read_range(cache, place.clone())?;
        let gap = cache.gap(place).map(|gap| gap.kind);
        byte.first().copied().ok_or_else(|| match gap {
            Some(GapKind::Lost) => Fault::new(FaultKind::Lost, ""),
            _ => Fault::new(FaultKind::NotYetKnown, ""),
        })
    });
    read.collect()
}

#[test]
fn what_is_announced_is_named_by_reads_of_those_near_together_and_fetched() {
    let truth = bytes(5, 40 * BLOCK as usize);
    let spoilt = Rc::new(Spoilt::new(Rc::new(truth.clone())));
    let cache = Cache::new(Rc::clone(&spoilt) as Rc<dyn ReadAt>);
    let blocks = [20, 3, 4, 8, 39];
    let work = || {
        cache.announce(&some_of(&blocks));
        read_all(&cache, &blocks)
    };
    assert_eq!(cache.attempt(work), Ok(None));
    assert_eq!(spoilt.reads.get(), 0);
    // From 4 to 8 there are 192 KiB, from there to 20 more than 320.
    let reads = [3 * BLOCK..9 * BLOCK, 20 * BLOCK..21 * BLOCK, 39 * BLOCK..40 * BLOCK];
    assert_eq!(cache.wants(), reads);
    assert!(cache.is_wanting() && !cache.is_slow());
    while !cache.fetch(2 * BLOCK).expect("reads") {}
    assert_eq!(cache.wants(), []);
    let read = cache.attempt(work).expect("no fault").expect("all is there");
    let expected: Vec<u8> =
        blocks.iter().map(|block| truth[(block * BLOCK) as usize + 150]).collect();
    assert_eq!(read, expected);
    assert_eq!(spoilt.reads.get(), 5);
    // It is kept, so nothing is wanted of it.
    assert_eq!(cache.attempt(work), Ok(Some(expected)));
    assert_eq!(spoilt.reads.get(), 5);
}

#[test]
fn one_block_by_itself_is_read_where_it_is_asked_for() {
    let cache = Cache::new(Rc::new(bytes(5, 40 * BLOCK as usize)));
    let twice = || {
        cache.announce(&some_of(&[7, 7]));
        read_all(&cache, &[7])
    };
    assert!(matches!(cache.attempt(twice), Ok(Some(_))));
}

#[test]
fn blocks_that_are_named_many_times_leave_room_for_the_others() {
    // As the records of a file table are in the order of names.
    let count = 100;
    let cache = Cache::new(Rc::new(bytes(5, (count * BLOCK) as usize)));
    let blocks: Vec<u64> = (0..3000).map(|number| number * 37 % count).collect();
    cache.announce(&some_of(&blocks));
    assert_eq!(cache.wants(), [0..64 * BLOCK, 64 * BLOCK..count * BLOCK]);
}

#[test]
fn what_is_announced_in_parts_stays_within_the_same_bounds() {
    let cache = Cache::new(Rc::new(vec![7; (1000 * BLOCK) as usize]));
    (0..10).for_each(|part| cache.announce(&some_of(&[part * 100, part * 100 + 20])));
    let wants = cache.wants();
    assert_eq!(wants.len(), 20);
    for part in 0..10 {
        let long = part * 100 * BLOCK..(part * 100 + 60) * BLOCK;
        cache.announce(std::slice::from_ref(&long));
    }
    let bytes: u64 = cache.wants().iter().map(|read| read.end - read.start).sum();
    assert!(bytes <= 8 << 20, "{bytes}");
    // However much is named, it comes to an end.
    cache.announce(&vec![0..u64::MAX; 100]);
    let bytes: u64 = cache.wants().iter().map(|read| read.end - read.start).sum();
    assert!(bytes <= 8 << 20, "{bytes}");
}

#[test]
fn work_that_is_given_up_leaves_nothing_wanted() {
    let cache = Cache::new(Rc::new(bytes(5, 40 * BLOCK as usize)));
    cache.announce(&some_of(&[1, 2, 3]));
    assert!(cache.is_wanting());
    cache.give_up();
    assert!(!cache.is_wanting() && cache.wants().is_empty());
    assert!(matches!(cache.attempt(|| read_all(&cache, &[1, 2, 3])), Ok(Some(_))));
}

#[test]
fn what_is_lost_among_it_is_told_as_lost() {
    let below: Rc<dyn ReadAt> = Rc::new(bytes(5, 40 * BLOCK as usize));
    let lost = 5 * BLOCK..6 * BLOCK;
    let cache = Cache::new(Spoilt::with_gap(&below, lost, GapKind::Lost));
    let work = || {
        cache.announce(&some_of(&[4, 5, 6, 100]));
        read_all(&cache, &[4, 6, 5])
    };
    assert_eq!(cache.attempt(work), Ok(None));
    while !cache.fetch(1 << 20).expect("reads") {}
    let fault = cache.attempt(work).expect_err("it is lost");
    assert_eq!(fault.kind, FaultKind::Lost);
}

#[test]
fn however_much_is_announced_the_work_comes_to_its_end() {
    let count = 3000;
    let cache = Cache::new(Rc::new(vec![7; (count * BLOCK) as usize]));
    let blocks: Vec<u64> = (0..count).rev().collect();
    let (mut tries, mut bytes) = (0, 0);
    let read = loop {
        let work = || {
            cache.announce(&some_of(&blocks));
            read_all(&cache, &blocks)
        };
        match cache.attempt(work).expect("no fault") {
            Some(read) => break read,
            None => tries += 1,
        }
        assert!(tries <= 10, "it does not get on");
        let wants = cache.wants();
        assert!(wants.iter().all(|read| read.end - read.start <= 4 << 20), "{wants:?}");
        bytes += wants.iter().map(|read| read.end - read.start).sum::<u64>();
        while !cache.fetch(1 << 20).expect("reads") {}
    };
    assert_eq!(read, vec![7; count as usize]);
    assert!((8 << 20..=32 << 20).contains(&bytes), "{bytes}");
}

#[test]
fn what_has_to_be_unpacked_is_wanted_all_at_once() {
    let truth = bytes(9, 40 * BLOCK as usize);
    let far = far(truth.clone());
    let cache = Cache::new(Rc::clone(&far) as Rc<dyn ReadAt>);
    let blocks = [30, 2, 17, 5];
    let mut tries = 0;
    let work = || {
        cache.announce(&some_of(&blocks));
        read_all(&cache, &blocks)
    };
    let read = loop {
        match cache.attempt(work).expect("no fault") {
            Some(read) => break read,
            None => tries += 1,
        }
        assert!(tries <= 2, "it does not get on");
        assert!(cache.wants().is_empty());
        while !cache.fetch(1 << 20).expect("reads") {}
    };
    let expected: Vec<u8> =
        blocks.iter().map(|block| truth[(block * BLOCK) as usize + 150]).collect();
    assert_eq!(read, expected);
}
