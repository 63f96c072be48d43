//! Messages of the network block device protocol, as far as a server of read-only disks
//! takes part in it.
//!
//! The source of every number is the protocol's document, `doc/proto.md` of
//! NetworkBlockDevice/nbd, by whose names the constants go. All numbers are big-endian.

use std::io::{Read, Result, Write};

/// Opens the handshake: `NBDMAGIC`.
pub(super) const GREETING: u64 = 0x4e42_444d_4147_4943;
/// Opens an option: `IHAVEOPT`.
pub(super) const OPTION: u64 = 0x4948_4156_454f_5054;
/// Opens the answer to an option.
pub(super) const OPTION_REPLY: u64 = 0x0003_e889_0455_65a9;
/// Opens a request.
pub(super) const REQUEST: u32 = 0x2560_9513;
/// Opens a simple reply.
pub(super) const SIMPLE_REPLY: u32 = 0x6744_6698;
/// Opens a chunk of a structured reply.
pub(super) const STRUCTURED_REPLY: u32 = 0x668e_33ef;

/// Handshake flags, of the server and of the client.
pub(super) mod handshake {
    pub(crate) const FIXED_NEWSTYLE: u16 = 1;
    pub(crate) const NO_ZEROES: u16 = 1 << 1;
}

/// Transmission flags.
pub(super) mod transmission {
    pub(crate) const HAS_FLAGS: u16 = 1;
    pub(crate) const READ_ONLY: u16 = 1 << 1;
    pub(crate) const SEND_FLUSH: u16 = 1 << 2;
    pub(crate) const SEND_DF: u16 = 1 << 7;
    pub(crate) const CAN_MULTI_CONN: u16 = 1 << 8;
}

/// Options of the handshake.
pub(super) mod option {
    pub(crate) const EXPORT_NAME: u32 = 1;
    pub(crate) const ABORT: u32 = 2;
    pub(crate) const LIST: u32 = 3;
    pub(crate) const INFO: u32 = 6;
    pub(crate) const GO: u32 = 7;
    pub(crate) const STRUCTURED_REPLY: u32 = 8;
    pub(crate) const LIST_META_CONTEXT: u32 = 9;
    pub(crate) const SET_META_CONTEXT: u32 = 10;
}

/// Answers to options.
pub(super) mod option_reply {
    pub(crate) const ACK: u32 = 1;
    pub(crate) const SERVER: u32 = 2;
    pub(crate) const INFO: u32 = 3;
    pub(crate) const META_CONTEXT: u32 = 4;
    const ERROR: u32 = 1 << 31;
    pub(crate) const ERR_UNSUP: u32 = ERROR | 1;
    pub(crate) const ERR_INVALID: u32 = ERROR | 3;
    pub(crate) const ERR_UNKNOWN: u32 = ERROR | 6;
    pub(crate) const ERR_TOO_BIG: u32 = ERROR | 9;
}

/// Kinds of information about an export.
pub(super) mod info {
    pub(crate) const EXPORT: u16 = 0;
    pub(crate) const NAME: u16 = 1;
    pub(crate) const BLOCK_SIZE: u16 = 3;
}

/// Requests.
pub(super) mod command {
    pub(crate) const READ: u16 = 0;
    pub(crate) const WRITE: u16 = 1;
    pub(crate) const DISC: u16 = 2;
    pub(crate) const FLUSH: u16 = 3;
    pub(crate) const TRIM: u16 = 4;
    pub(crate) const WRITE_ZEROES: u16 = 6;
    pub(crate) const BLOCK_STATUS: u16 = 7;
}

/// Flags of requests.
pub(super) mod command_flag {
    pub(crate) const DF: u16 = 1 << 2;
    pub(crate) const REQ_ONE: u16 = 1 << 3;
}

/// Kinds of chunks, and the flag of the last one.
pub(super) mod chunk {
    pub(crate) const DONE: u16 = 1;
    pub(crate) const OFFSET_DATA: u16 = 1;
    pub(crate) const BLOCK_STATUS: u16 = 5;
    pub(crate) const ERROR: u16 = (1 << 15) | 1;
    pub(crate) const ERROR_OFFSET: u16 = (1 << 15) | 2;
}

/// The metadata context that tells what is stored, the number that it has here, and its
/// flags.
pub(super) mod allocation {
    pub(crate) const NAME: &[u8] = b"base:allocation";
    pub(crate) const NAMESPACE: &[u8] = b"base:";
    pub(crate) const ID: u32 = 0;
    pub(crate) const DATA: u32 = 0;
    pub(crate) const HOLE_OF_ZEROS: u32 = 1 | (1 << 1);
}

/// Errors, by the numbers that the protocol gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Errno {
    /// It is not permitted.
    Perm,
    /// It cannot be read.
    Io,
    /// It cannot be asked for.
    Inval,
}

impl Errno {
    /// Its number.
    pub(super) fn number(self) -> u32 {
        match self {
            Self::Perm => 1,
            Self::Io => 5,
            Self::Inval => 22,
        }
    }
}

/// The next two bytes as a number.
pub(super) fn u16_from(client: &mut dyn Read) -> Result<u16> {
    let mut bytes = [0; 2];
    client.read_exact(&mut bytes)?;
    Ok(u16::from_be_bytes(bytes))
}

/// The next four bytes as a number.
pub(super) fn u32_from(client: &mut dyn Read) -> Result<u32> {
    let mut bytes = [0; 4];
    client.read_exact(&mut bytes)?;
    Ok(u32::from_be_bytes(bytes))
}

/// The next eight bytes as a number.
pub(super) fn u64_from(client: &mut dyn Read) -> Result<u64> {
    let mut bytes = [0; 8];
    client.read_exact(&mut bytes)?;
    Ok(u64::from_be_bytes(bytes))
}

/// Reads `length` bytes and lets go of them.
pub(super) fn skip(client: &mut dyn Read, length: u64) -> Result<()> {
    let passed = std::io::copy(&mut client.take(length), &mut std::io::sink())?;
    if passed < length { Err(std::io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
}

/// What a client breaks off a connection with: it does not keep to the protocol.
pub(super) fn rubbish() -> std::io::Error {
    std::io::ErrorKind::InvalidData.into()
}

/// A request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) flags: u16,
    pub(super) command: u16,
    /// By which the client knows the answer again.
    pub(super) cookie: u64,
    /// In bytes of the disk.
    pub(super) offset: u64,
    /// In bytes.
    pub(super) length: u32,
}

impl Request {
    /// The next one.
    pub(super) fn read(client: &mut dyn Read) -> Result<Self> {
        if u32_from(client)? != REQUEST {
            return Err(rubbish());
        }
        Ok(Self {
            flags: u16_from(client)?,
            command: u16_from(client)?,
            cookie: u64_from(client)?,
            offset: u64_from(client)?,
            length: u32_from(client)?,
        })
    }
}

/// Writes a simple reply.
pub(super) fn simple_reply(
    client: &mut dyn Write,
    cookie: u64,
    error: Option<Errno>,
    data: &[u8],
) -> Result<()> {
    client.write_all(&SIMPLE_REPLY.to_be_bytes())?;
    client.write_all(&error.map_or(0, Errno::number).to_be_bytes())?;
    client.write_all(&cookie.to_be_bytes())?;
    client.write_all(data)
}

/// Writes the only chunk of a structured reply: `head`, then `data`.
pub(super) fn structured_reply(
    client: &mut dyn Write,
    cookie: u64,
    kind: u16,
    head: &[u8],
    data: &[u8],
) -> Result<()> {
    let length = head.len().saturating_add(data.len());
    let length = u32::try_from(length).map_err(|_| rubbish())?;
    client.write_all(&STRUCTURED_REPLY.to_be_bytes())?;
    client.write_all(&chunk::DONE.to_be_bytes())?;
    client.write_all(&kind.to_be_bytes())?;
    client.write_all(&cookie.to_be_bytes())?;
    client.write_all(&length.to_be_bytes())?;
    client.write_all(head)?;
    client.write_all(data)
}
