//! How much memory a piece of work asks for: counted by thread, since other
//! tests run beside.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Bytes in use that this thread asked for, less those that it gave back.
    static USED: Cell<isize> = const { Cell::new(0) };
    /// The most that those ever were.
    static MOST: Cell<isize> = const { Cell::new(0) };
    /// Bytes that this thread ever asked for.
    static ASKED: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

/// A thread that ends is counted no more.
fn count(bytes: isize) {
    let _ = USED.try_with(|used| {
        used.set(used.get() + bytes);
        let _ = MOST.try_with(|most| most.set(most.get().max(used.get())));
    });
}

// SAFETY: everything is left to the system's own allocator.
#[allow(unsafe_code, reason = "an allocator cannot be written without")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed());
        let _ = ASKED.try_with(|asked| asked.set(asked.get() + layout.size() as u64));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(-layout.size().cast_signed());
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Does the work; its result, and by how many bytes the memory in use grew at
/// its peak.
pub fn peak<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = USED.get();
    MOST.set(before);
    let result = work();
    let grown = MOST.get() - before;
    (result, usize::try_from(grown).expect("the most is no less than the first"))
}

/// Does the work; its result, and how many bytes of memory it asked for in all,
/// whether it gave them back or not.
pub fn allocated<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let before = ASKED.get();
    let result = work();
    (result, ASKED.get() - before)
}

#[test]
fn all_memory_that_was_asked_for_is_counted() {
    let ((), all) = allocated(|| {
        drop(vec![1_u8; 1000]);
        drop(vec![1_u8; 1000]);
    });
    assert_eq!(all, 2000);
}

#[test]
fn the_peak_of_memory_is_counted() {
    let ((), small) = peak(|| drop(vec![1_u8; 1000]));
    assert_eq!(small, 1000);
    let (kept, most) = peak(|| {
        drop(vec![1_u8; 5 << 20]);
        vec![2_u8; 1 << 20]
    });
    assert_eq!((kept.len(), most), (1 << 20, 5 << 20));
}
