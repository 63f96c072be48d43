//! Disks of a backup for other programs: a server of the network block device protocol
//! on a Unix socket, which can only be read from.
//!
//! The backup is read on the main thread. Each client has a thread of its own, which
//! knows the protocol and asks the main thread for bytes: what a client sends can end its
//! own connection and nothing else.

mod disk;
mod handshake;
mod session;
mod socket;
mod wire;

use std::io::{BufReader, BufWriter};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use vma_inspector::archive::header::Device;
use vma_inspector::container::Options;
use vma_inspector::image::Doubt;
use vma_inspector::source::{ReadAt, to_usize};

use self::disk::{Disk, Disks, Export};
use self::socket::Socket;
use super::args::{How, Serve};
use super::disks::device;
use super::export::scanned_with;
use super::facts::Scanned;
use super::failure::{Failure, Outcome};
use super::inspected::Inspected;
use super::output::{remark, say};
use super::words::{size, text, with};

/// Clients that are served at once; a further one waits.
const CLIENTS_MAX: usize = 16;

/// How long a client may take for each step of the handshake.
const PATIENCE: Duration = Duration::from_secs(30);

/// Decoded bytes that are kept, so that what lies near is not decoded again.
const CACHE_BYTES: usize = 64 << 20;

/// Serves disks until a signal comes.
pub(crate) fn serve(asked: &Serve, how: How) -> Result<Outcome, Failure> {
    let options = Options {
        checkpoint_bytes: to_usize(u64::from(asked.memory) << 20),
        cache_bytes: CACHE_BYTES,
        ..Options::default()
    };
    let inspected = scanned_with(&asked.backup, options, how)?;
    let named = asked.disk.as_deref().map(|name| device(&inspected, Some(name))).transpose()?;
    let disks = disks(&inspected, named, asked.doubt.into());
    if disks.is_empty() {
        return Err(Failure::Usage("there is no disk in this backup".into()));
    }
    let outcome = told(&inspected, &disks)?;
    let exports = disks.iter().map(|disk| {
        let size = disk.image.size().unwrap_or_default();
        Export { name: disk.name.clone(), size }
    });
    let (questions, asked_for) = channel();
    let known = Disks { exports: exports.collect(), questions };
    // From here on a signal is kept until there is something to take away.
    let signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let socket = Socket::bind(&asked.socket)?;
    end_with(signals, socket.clone(), outcome);
    let said = known.exports.iter().map(|export| socket.address(&export.name));
    let said = said.collect::<Vec<_>>().join("\n");
    let listening = socket.clone();
    thread::spawn(move || accept(&listening, &known));
    // Whoever has closed the output knows where the socket is.
    let _ = say(&said);
    asked_for.iter().for_each(|question| question.answer(&disks));
    socket.remove();
    Ok(outcome)
}

/// The disk that is meant, or all of them.
fn disks(inspected: &Inspected, named: Option<&Device>, doubt: Doubt) -> Vec<Disk> {
    let devices = inspected.header().devices().iter();
    let meant = devices.filter(|device| match named {
        Some(named) => named.id == device.id,
        None => !device.is_vmstate(),
    });
    let disk = |device: &Device| {
        let image = inspected.image(device)?.with_doubt(doubt);
        Some(Disk { name: device.name.clone(), image })
    };
    meant.filter_map(disk).collect()
}

/// Says what of the disks cannot be read, or may be wrong.
fn told(inspected: &Inspected, disks: &[Disk]) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::Sound;
    for Disk { name, image } in disks {
        for (key, bytes) in [
            ("device.bytes-missing", image.lost_bytes(0..u64::MAX)),
            ("device.in-doubt", image.doubt_figures().bytes),
        ] {
            if bytes > 0 {
                let said = with(key, &[("size", size(bytes).into())]);
                remark(&super::shown::plainly(&format!("{name}: {said}")));
                outcome = Outcome::Damaged;
            }
        }
    }
    if Scanned::new(inspected)?.is_unproven() {
        remark(&text("save.not-proven"));
        outcome = Outcome::Damaged;
    }
    Ok(outcome)
}

/// Has a signal that ends the program take the socket away first.
fn end_with(mut signals: Signals, socket: Socket, outcome: Outcome) {
    thread::spawn(move || {
        if signals.forever().next().is_some() {
            socket.remove();
            std::process::exit(outcome.code().into());
        }
    });
}

/// Gives each client a thread, as long as there is room.
fn accept(socket: &Socket, disks: &Disks) {
    let (leave, room) = channel();
    for _ in 0..CLIENTS_MAX {
        let _ = leave.send(());
    }
    while room.recv().is_ok() {
        // What one client does is no reason to send the next one away.
        let Ok(client) = socket.accept() else {
            let _ = leave.send(());
            thread::sleep(Duration::from_millis(100));
            continue;
        };
        let (disks, leave) = (disks.clone(), Leaving(leave.clone()));
        let served = move || {
            let _ended = attend(&client, &disks);
            drop(leave);
        };
        let _ = thread::Builder::new().spawn(served);
    }
}

/// A place that comes free when it is let go.
struct Leaving(Sender<()>);

impl Drop for Leaving {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

/// All that is done for one client.
fn attend(client: &UnixStream, disks: &Disks) -> std::io::Result<()> {
    client.set_read_timeout(Some(PATIENCE))?;
    let mut joined = client;
    let Some(agreed) = handshake::agree(&mut joined, disks)? else { return Ok(()) };
    client.set_read_timeout(None)?;
    let (mut from, mut to) = (BufReader::new(client), BufWriter::new(client));
    session::serve(&mut from, &mut to, disks, agreed)
}
