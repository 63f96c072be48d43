//! How much memory a piece of work asks for: counted by thread, since other
//! tests run beside.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Bytes in use that this thread asked for, less those that it gave back.
    static USED: Cell<isize> = const { Cell::new(0) };
    /// The most that those ever were.
    static MOST: Cell<isize> = const { Cell::new(0) };
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
