//! What stands around the files in a tar archive.
//!
//! Source: POSIX.1-1988, `ustar`; POSIX.1-2001, `pax`, for what has no room there; sizes
//! from 8 GiB on in base 256, as GNU tar, VirtualBox and Go's `archive/tar` write and
//! read them.

mod pax;
mod sparse;

pub use self::pax::{Entry, Kind, write};
pub use self::sparse::Sparse;

/// Bytes of a header, and to what a file is filled up.
pub const BLOCK: u64 = 512;

const BLOCK_BYTES: usize = 512;

/// What stands behind the last file.
pub const END: [u8; 2 * BLOCK_BYTES] = [0; 2 * BLOCK_BYTES];

/// The largest number that eleven octal digits hold.
const OCTAL_MAX: u64 = (1 << 33) - 1;

/// The header of a file: its name in ASCII, at most 99 bytes, its length, and
/// when it was changed in seconds since 1970.
#[must_use]
pub fn header(name: &str, size: u64, time: u64) -> [u8; BLOCK_BYTES] {
    let mut header = [0; BLOCK_BYTES];
    put(&mut header, 0, name.as_bytes().get(..99).unwrap_or(name.as_bytes()));
    put(&mut header, 100, b"0000644");
    put(&mut header, 108, b"0000000");
    put(&mut header, 116, b"0000000");
    put(&mut header, 124, &size_field(size));
    put(&mut header, 136, format!("{:011o}", time.min(OCTAL_MAX)).as_bytes());
    put(&mut header, 156, b"0");
    put(&mut header, 257, b"ustar\x0000");
    seal(&mut header);
    header
}

/// Puts the checksum in its place.
fn seal(header: &mut [u8; BLOCK_BYTES]) {
    put(header, 148, b"        ");
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    put(header, 148, format!("{sum:06o}\0 ").as_bytes());
}

fn size_field(size: u64) -> Vec<u8> {
    if size <= OCTAL_MAX {
        return format!("{size:011o}").into_bytes();
    }
    let mut field = vec![0x80, 0, 0, 0];
    field.extend(size.to_be_bytes());
    field
}

fn put(header: &mut [u8], at: usize, field: &[u8]) {
    for (to, from) in header.iter_mut().skip(at).zip(field) {
        *to = *from;
    }
}
