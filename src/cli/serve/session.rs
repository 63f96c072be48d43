//! The transmission: requests, each answered before the next is read.

use std::io::{Read, Result, Write};

use super::disk::{Disks, Place, Refusal};
use super::handshake::{Agreed, LENGTH_MAX};
use super::wire::{
    Errno, Request, allocation, chunk, command, command_flag, rubbish, simple_reply, skip,
    structured_reply,
};

/// What a client with structured replies is told of bytes that it cannot have.
const WHY: &[u8] = b"the backup has lost these bytes, or something speaks against them";

/// Serves a client that an agreement was come to with, until it has enough.
///
/// # Errors
///
/// The connection is gone, or what came is no request.
pub(super) fn serve(
    from: &mut impl Read,
    to: &mut impl Write,
    disks: &Disks,
    agreed: Agreed,
) -> Result<()> {
    let size = disks.exports.get(agreed.disk).ok_or_else(rubbish)?.size;
    let mut session = Session { to, disks, agreed, size };
    loop {
        let request = Request::read(from)?;
        if request.command == command::DISC {
            return Ok(());
        }
        if request.command == command::WRITE {
            if request.length > LENGTH_MAX {
                return Err(rubbish());
            }
            skip(from, request.length.into())?;
        }
        session.answer(&request)?;
        session.to.flush()?;
    }
}

struct Session<'a, To> {
    to: &'a mut To,
    disks: &'a Disks,
    agreed: Agreed,
    /// Of the disk, in bytes.
    size: u64,
}

impl<To: Write> Session<'_, To> {
    fn answer(&mut self, request: &Request) -> Result<()> {
        let allowed = match request.command {
            command::READ if self.agreed.is_structured => command_flag::DF,
            command::BLOCK_STATUS => command_flag::REQ_ONE,
            command::WRITE | command::TRIM | command::WRITE_ZEROES => u16::MAX,
            _ => 0,
        };
        if request.flags & !allowed != 0 {
            return self.refuse(request, Errno::Inval, None);
        }
        match request.command {
            command::READ if self.is_within(request, LENGTH_MAX) => self.read(request),
            command::BLOCK_STATUS
                if self.agreed.has_allocation && self.is_within(request, u32::MAX) =>
            {
                self.status(request)
            }
            command::FLUSH if request.offset == 0 && request.length == 0 => {
                simple_reply(self.to, request.cookie, None, &[])
            }
            command::WRITE | command::TRIM | command::WRITE_ZEROES => {
                self.refuse(request, Errno::Perm, None)
            }
            _ => self.refuse(request, Errno::Inval, None),
        }
    }

    /// Whether what is asked for is something, no more than `max` bytes, and on the disk.
    fn is_within(&self, request: &Request, max: u32) -> bool {
        let end = request.offset.checked_add(request.length.into());
        (1..=max).contains(&request.length) && end.is_some_and(|end| end <= self.size)
    }

    fn place(&self, request: &Request) -> Place {
        let Request { offset, length, .. } = *request;
        Place { disk: self.agreed.disk, offset, length }
    }

    fn read(&mut self, request: &Request) -> Result<()> {
        let cookie = request.cookie;
        match self.disks.read(self.place(request)) {
            Ok(bytes) if self.agreed.is_structured => {
                let head = request.offset.to_be_bytes();
                structured_reply(self.to, cookie, chunk::OFFSET_DATA, &head, &bytes)
            }
            Ok(bytes) => simple_reply(self.to, cookie, None, &bytes),
            Err(Refusal { error, offset }) => self.refuse(request, error, Some(offset)),
        }
    }

    fn status(&mut self, request: &Request) -> Result<()> {
        let only_first = request.flags & command_flag::REQ_ONE != 0;
        let stretches = self.disks.stored(self.place(request), only_first);
        if stretches.is_empty() {
            return self.refuse(request, Errno::Io, None);
        }
        let numbers = stretches.into_iter().flat_map(|(length, flags)| [length, flags]);
        let told: Vec<u8> = numbers.flat_map(u32::to_be_bytes).collect();
        let head = allocation::ID.to_be_bytes();
        structured_reply(self.to, request.cookie, chunk::BLOCK_STATUS, &head, &told)
    }

    /// Answers with an error, and with the byte that is to blame.
    fn refuse(&mut self, request: &Request, error: Errno, offset: Option<u64>) -> Result<()> {
        let cookie = request.cookie;
        if !self.agreed.is_structured {
            return simple_reply(self.to, cookie, Some(error), &[]);
        }
        let why = if offset.is_some() { WHY } else { &[] };
        let length = u16::try_from(why.len()).map_err(|_| rubbish())?;
        let mut told = error.number().to_be_bytes().to_vec();
        told.extend(length.to_be_bytes());
        told.extend(why);
        let kind = if offset.is_some() { chunk::ERROR_OFFSET } else { chunk::ERROR };
        let place = offset.map(u64::to_be_bytes);
        let place = place.as_ref().map_or(&[][..], |place| place);
        structured_reply(self.to, cookie, kind, &told, place)
    }
}
