//! What is made is written by a thread of its own, while more is made; and a file goes to
//! the disk while more is written.

use std::fs::File;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use vma_inspector::source::to_u64;

use super::failure::Failure;
use super::output::Sink;

/// Pieces that wait to be written, of a few MiB each.
const WAITING: usize = 4;

/// Bytes after which a file goes to the disk.
const ASKED_AFTER: u64 = 64 << 20;

/// What is written: behind all that was, or at a place.
type Piece = (Option<u64>, Vec<u8>);

/// A sink, and what came of writing to it.
type Written = Option<(Sink, io::Result<()>)>;

/// A sink that is being written to.
pub(crate) enum Writing {
    /// By the thread that makes what is written.
    Here(Sink, io::Result<()>),
    /// By another one, which gives the sink back.
    There(SyncSender<Piece>, JoinHandle<Written>),
}

impl Writing {
    /// Begins to write to `sink`; by a thread of its own, if there are to be any.
    pub(crate) fn begin(sink: Sink, is_threaded: bool) -> Self {
        // The thread gets the sink once it is there: then nothing is lost if there is none.
        let (give, get) = sync_channel::<Sink>(1);
        let (pieces, waiting) = sync_channel(WAITING);
        let run = move || get.recv().ok().map(|sink| write_all(sink, &waiting));
        let started = is_threaded.then(|| Builder::new().spawn(run).ok()).flatten();
        let Some(thread) = started else { return Self::Here(sink, Ok(())) };
        match give.send(sink) {
            Ok(()) => Self::There(pieces, thread),
            Err(error) => Self::Here(error.0, Ok(())),
        }
    }

    /// Adds a piece; returns whether it is of use to make more. Why not is told at the end.
    pub(crate) fn add(&mut self, bytes: Vec<u8>) -> bool {
        self.give((None, bytes))
    }

    /// Puts a piece at a place of a file; the same otherwise.
    pub(crate) fn put(&mut self, place: u64, bytes: Vec<u8>) -> bool {
        self.give((Some(place), bytes))
    }

    fn give(&mut self, piece: Piece) -> bool {
        match self {
            Self::Here(sink, written) => {
                if written.is_ok() {
                    *written = write(sink, &piece);
                }
                written.is_ok()
            }
            Self::There(pieces, _) => pieces.send(piece).is_ok(),
        }
    }

    /// Waits until all is written; gives the sink back, and what came of it.
    pub(crate) fn end(self) -> (Option<Sink>, Result<(), Failure>) {
        let ended = match self {
            Self::Here(sink, written) => Some((sink, written)),
            Self::There(pieces, thread) => {
                drop(pieces);
                thread.join().ok().flatten()
            }
        };
        match ended {
            Some((sink, written)) => (Some(sink), written.map_err(Failure::from)),
            None => (None, Err(io::Error::other("writing broke off").into())),
        }
    }
}

fn write(sink: &mut Sink, (place, bytes): &Piece) -> io::Result<()> {
    match place {
        Some(place) => sink.put(*place, bytes),
        None => sink.write(bytes),
    }
}

fn write_all(mut sink: Sink, pieces: &Receiver<Piece>) -> (Sink, io::Result<()>) {
    let mut syncing = Syncing::begin(sink.same_file());
    let written = pieces.iter().try_for_each(|piece| {
        write(&mut sink, &piece)?;
        syncing.wrote(to_u64(piece.1.len()));
        Ok(())
    });
    let synced = syncing.end();
    (sink, written.and(synced))
}

/// Has what was written of a file brought to the disk, by a thread of its own. What still
/// has to be waited for at the end is little then.
struct Syncing {
    thread: Option<(SyncSender<()>, JoinHandle<io::Result<()>>)>,
    /// Bytes since it was asked last.
    written: u64,
}

impl Syncing {
    fn begin(file: Option<File>) -> Self {
        let (asks, asked) = sync_channel(1);
        let thread = file.and_then(|file| {
            let run = move || asked.iter().try_for_each(|()| file.sync_data());
            Builder::new().spawn(run).ok()
        });
        Self { thread: thread.map(|thread| (asks, thread)), written: 0 }
    }

    fn wrote(&mut self, bytes: u64) {
        self.written = self.written.saturating_add(bytes);
        if self.written >= ASKED_AFTER
            && let Some((asks, _)) = &self.thread
        {
            // While it is at it, one more question waits; others are of no use.
            let _ = asks.try_send(());
            self.written = 0;
        }
    }

    /// What came of it: an error is told only once, to whoever asks first.
    fn end(self) -> io::Result<()> {
        let Some((asks, thread)) = self.thread else { return Ok(()) };
        drop(asks);
        thread.join().unwrap_or_else(|_| Err(io::Error::other("syncing broke off")))
    }
}
