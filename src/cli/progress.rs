//! How far a scan or a save is, on a terminal and nowhere else.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use super::args::How;
use super::numbers::share;
use super::words::size;

/// Shows a line that is drawn over, at most five times a second.
pub(crate) struct Progress {
    is_shown: bool,
    last: Option<Instant>,
}

impl Progress {
    /// Shown where the error output is a terminal, unless it is to be quiet.
    pub(crate) fn new(how: How) -> Self {
        Self { is_shown: !how.quiet && std::io::stderr().is_terminal(), last: None }
    }

    /// `done` of `total` bytes; the total may not be known.
    pub(crate) fn show(&mut self, done: u64, total: Option<u64>) {
        let is_early = self.last.is_some_and(|last| last.elapsed() < Duration::from_millis(200));
        if !self.is_shown || is_early {
            return;
        }
        self.last = Some(Instant::now());
        let of = total.map(|total| format!(" of {}, {}", size(total), share(done, total)));
        let line = format!("\r\x1b[K{}{}", size(done), of.unwrap_or_default());
        // Whoever has closed the terminal needs no progress.
        let _ = std::io::stderr().write_all(line.as_bytes());
    }

    /// Takes the line away.
    pub(crate) fn end(&mut self) {
        if self.last.take().is_some() {
            let _ = std::io::stderr().write_all(b"\r\x1b[K");
        }
    }
}
