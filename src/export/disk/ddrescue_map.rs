//! A map of what is missing of a disk, in the format of GNU ddrescue.
//!
//! Source: "Mapfile structure" in ddrescue's manual. `ddrescue`, `ddrescuelog`
//! and `ddrescueview` read it.

use core::fmt::Write;
use core::ops::Range;

use crate::image::{Doubt, Image, Origin, Run};
use crate::source::{Gap, GapKind, ReadAt, gaps};

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
    map_of(lost_ranges(runs).map(|lost| (lost, '-')), size, "")
}

/// The map of an image that is saved with its doubt taken as `doubt` says: `+` for
/// what is there, `-` for what is lost, and `?`, which `ddrescue` takes for what was
/// not tried, for what can be read and something speaks against. What is taken as
/// lost is `-` as well. Says in words which it is; `None` if nothing is lost or in
/// doubt.
#[must_use]
pub fn damage_map(image: &Image, doubt: Doubt) -> Option<String> {
    let size = image.size().unwrap_or_default();
    let remark = remark(image.doubt_figures().bytes, doubt);
    let image = image.clone().with_doubt(doubt);
    let damaged = gaps(&image, 0..size).map(|gap| (gap.start..gap.end, status(&gap)));
    let mut damaged = damaged.peekable();
    damaged.peek()?;
    Some(map_of(damaged, size, &remark))
}

/// What became of bytes in doubt, as a line of a map.
fn remark(bytes: u64, doubt: Doubt) -> String {
    match doubt {
        _ if bytes == 0 => String::new(),
        Doubt::AsItIs => {
            format!("# {bytes} bytes are in doubt (?): the disk holds them as they are\n")
        }
        Doubt::AsLost => {
            format!("# {bytes} bytes in doubt are taken as lost (-): the disk does not hold them\n")
        }
    }
}

fn status(gap: &Gap) -> char {
    match gap.kind {
        GapKind::Lost => '-',
        GapKind::InDoubt | GapKind::NotYetKnown => '?',
    }
}

/// The map of an image of `size` bytes, of what is not `+` in it, in order;
/// neighbours of one status are joined. `remark` is a line of its own, or nothing.
fn map_of(damaged: impl Iterator<Item = (Range<u64>, char)>, size: u64, remark: &str) -> String {
    let mut map = format!(
        "# Mapfile. Created by VMA Inspector\n\
         # + is in the backup, - is missing from it, ? is in doubt\n\
         {remark}\
         # current_pos  current_status  current_pass\n\
         0x00000000     +               1\n\
         #      pos        size  status\n",
    );
    let mut at = 0;
    let mut damaged = damaged.peekable();
    while let Some((mut range, status)) = damaged.next() {
        while let Some((next, _)) =
            damaged.next_if(|(next, other)| *other == status && next.start == range.end)
        {
            range.end = next.end;
        }
        push_line(&mut map, at..range.start, '+');
        at = range.end;
        push_line(&mut map, range, status);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_doubt_has_a_status_of_its_own() {
        let damaged = [(0x1000..0x2000, '-'), (0x2000..0x3000, '?'), (0x3000..0x3800, '?')];
        let map = map_of(damaged.into_iter(), 0x4000, "");
        let lines: Vec<_> = map.lines().filter(|line| !line.starts_with('#')).skip(1).collect();
        assert_eq!(
            lines,
            [
                "0x00000000  0x00001000  +",
                "0x00001000  0x00001000  -",
                "0x00002000  0x00001800  ?",
                "0x00003800  0x00000800  +",
            ]
        );
    }
}
