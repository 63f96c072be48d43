//! A map of what is missing of a disk, in the format of GNU ddrescue.
//!
//! Source: "Mapfile structure" in ddrescue's manual. `ddrescue`, `ddrescuelog`
//! and `ddrescueview` read it.

use core::fmt::Write;
use core::ops::Range;

use crate::image::{Origin, Run};

/// The ranges of an image that the archive should hold and does not, of the
/// runs of the image in order; neighbours joined. Bytes.
pub fn lost_ranges(runs: impl Iterator<Item = Run>) -> impl Iterator<Item = Range<u64>> {
    let mut lost = runs.filter(|run| run.origin == Origin::Lost).peekable();
    core::iter::from_fn(move || {
        let first = lost.next()?;
        let mut end = first.end();
        while let Some(next) = lost.next_if(|next| next.start.0 == end) {
            end = next.end();
        }
        Some(first.start.0..end)
    })
}

/// The map of an image of `size` bytes, whose runs are given in order: `+` for
/// what is there, `-` for what is lost.
#[must_use]
pub fn lost_map(runs: impl Iterator<Item = Run>, size: u64) -> String {
    let mut map = String::from(
        "# Mapfile. Created by VMA Inspector\n\
         # + is in the backup, - is missing from it\n\
         # current_pos  current_status  current_pass\n\
         0x00000000     +               1\n\
         #      pos        size  status\n",
    );
    let mut at = 0;
    for lost in lost_ranges(runs) {
        push_line(&mut map, at..lost.start, '+');
        push_line(&mut map, lost.clone(), '-');
        at = lost.end;
    }
    push_line(&mut map, at..size, '+');
    map
}

fn push_line(map: &mut String, range: Range<u64>, status: char) {
    let (start, length) = (range.start, range.end.saturating_sub(range.start));
    if length > 0 {
        // Writing to a string cannot fail.
        let _ = writeln!(map, "0x{start:08X}  0x{length:08X}  {status}");
    }
}
