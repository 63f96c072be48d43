//! Standard input and output that do not wait by themselves: whoever has the other end may have
//! left them so, as npm does with those that it hands on.

use core::time::Duration;
use std::io::{Error, ErrorKind, Result, Write};

/// How long it is waited before the same is tried again.
const PAUSE: Duration = Duration::from_millis(2);

/// Whether what ended with this is to be tried again; waits where that is of use.
pub(crate) fn is_tried_again(error: &Error) -> bool {
    if error.kind() == ErrorKind::WouldBlock {
        std::thread::sleep(PAUSE);
    }
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

/// Writes all of `bytes`, however long that takes.
///
/// # Errors
///
/// They cannot be written, or not to their end.
pub(crate) fn write_all(out: &mut impl Write, mut bytes: &[u8]) -> Result<()> {
    while !bytes.is_empty() {
        match out.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
            Err(error) if is_tried_again(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes what is held back, however long that takes.
///
/// # Errors
///
/// It cannot be written.
pub(crate) fn flush(out: &mut impl Write) -> Result<()> {
    loop {
        match out.flush() {
            Err(error) if is_tried_again(&error) => {}
            flushed => return flushed,
        }
    }
}
