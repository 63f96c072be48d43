//! The socket: made where nothing is, for its owner alone, and taken away at the end.

use std::fs::Permissions;
use std::io::{ErrorKind, Result};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::failure::Failure;
use super::super::shown::plainly;

/// A socket that is listened to.
#[derive(Clone)]
pub(super) struct Socket {
    listener: Arc<UnixListener>,
    path: PathBuf,
    /// The device and the number of its file, by which it is known again.
    file: (u64, u64),
}

impl Socket {
    /// Makes it. What is there already, of whatever kind, stays.
    pub(super) fn bind(path: &Path) -> core::result::Result<Self, Failure> {
        let named = || plainly(&path.to_string_lossy());
        let listener = UnixListener::bind(path).map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => {
                let why = "is there already; if nobody serves there any more, remove it";
                Failure::Usage(format!("{} {why}", named()))
            }
            // The system gives 108 bytes to the name of a socket.
            ErrorKind::InvalidInput => Failure::Usage(format!("{}: {error}", named())),
            _ => Failure::Output(error),
        })?;
        let made = std::fs::set_permissions(path, Permissions::from_mode(0o600));
        let facts = made.and_then(|()| std::fs::symlink_metadata(path))?;
        let path = std::path::absolute(path)?;
        Ok(Self { listener: Arc::new(listener), path, file: (facts.dev(), facts.ino()) })
    }

    /// Waits for a client.
    pub(super) fn accept(&self) -> Result<UnixStream> {
        self.listener.accept().map(|(client, _)| client)
    }

    /// Takes it away, unless something else has taken its place.
    pub(super) fn remove(&self) {
        let facts = std::fs::symlink_metadata(&self.path);
        if facts.is_ok_and(|facts| (facts.dev(), facts.ino()) == self.file) {
            let _ = std::fs::remove_file(&self.path);
        }
    }

    /// The address of a disk that is served here, as other programs take it.
    pub(super) fn address(&self, name: &str) -> String {
        let path = escaped(self.path.as_os_str().as_bytes());
        format!("nbd+unix:///{}?socket={path}", escaped(name.as_bytes()))
    }
}

/// Text as a part of an address: what has a meaning there, or none in ASCII, by its number.
fn escaped(text: &[u8]) -> String {
    let mut made = String::new();
    for &byte in text {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                made.push(char::from(byte));
            }
            _ => made.push_str(&format!("%{byte:02X}")),
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_an_address_is_escaped() {
        assert_eq!(escaped("/run/a b&c?d\u{e9}\n".as_bytes()), "/run/a%20b%26c%3Fd%C3%A9%0A");
    }
}
