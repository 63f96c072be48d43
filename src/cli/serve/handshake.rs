//! The handshake: fixed newstyle, options one by one, until a disk is chosen.

use std::io::{Read, Result, Write};

use vma_inspector::source::{be_u16, be_u32, to_usize};

use super::disk::{Disks, Export};
use super::wire::{
    GREETING, OPTION, OPTION_REPLY, allocation, handshake, info, option, option_reply, rubbish,
    skip, transmission, u32_from, u64_from,
};

/// Bytes of data that an option may have; of more it is refused.
const DATA_MAX: u32 = 64 << 10;

/// Bytes of data that an option may have before the connection ends.
const DATA_LIMIT: u32 = 32 << 20;

/// Options that a client may send.
const OPTIONS_MAX: usize = 1000;

/// Bytes that a request may ask for at most.
pub(super) const LENGTH_MAX: u32 = 32 << 20;

/// Bytes that are best asked for at once, and in multiples of: a cluster of a backup.
const LENGTH_PREFERRED: u32 = 64 << 10;

/// What was agreed on with a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Agreed {
    /// The place of the disk among all.
    pub(super) disk: usize,
    /// Whether replies are structured.
    pub(super) is_structured: bool,
    /// Whether it may ask what is stored.
    pub(super) has_allocation: bool,
}

/// What comes of an option.
enum Step {
    /// Another option.
    Next,
    /// The disk with this place.
    Chosen(usize),
    /// The client has enough.
    Enough,
}

/// A handshake under way.
struct Handshake<'a, Client> {
    client: &'a mut Client,
    disks: &'a Disks,
    is_structured: bool,
    /// The disk of which it may ask what is stored.
    allocation_of: Option<usize>,
    without_zeros: bool,
}

/// Comes to an agreement; `None` if the client wants none.
///
/// # Errors
///
/// The connection is gone, or what came is no handshake.
pub(super) fn agree<Client: Read + Write>(
    client: &mut Client,
    disks: &Disks,
) -> Result<Option<Agreed>> {
    let offered = handshake::FIXED_NEWSTYLE | handshake::NO_ZEROES;
    client.write_all(&GREETING.to_be_bytes())?;
    client.write_all(&OPTION.to_be_bytes())?;
    client.write_all(&offered.to_be_bytes())?;
    client.flush()?;
    let flags = u32_from(client)?;
    if flags & !u32::from(offered) != 0 {
        return Err(rubbish());
    }
    let without_zeros = flags & u32::from(handshake::NO_ZEROES) != 0;
    let (is_structured, allocation_of) = (false, None);
    let mut handshake = Handshake { client, disks, is_structured, allocation_of, without_zeros };
    for _ in 0..OPTIONS_MAX {
        match handshake.option()? {
            Step::Next => {}
            Step::Enough => return Ok(None),
            Step::Chosen(disk) => {
                let Handshake { is_structured, allocation_of, .. } = handshake;
                let has_allocation = allocation_of == Some(disk);
                return Ok(Some(Agreed { disk, is_structured, has_allocation }));
            }
        }
    }
    Err(rubbish())
}

impl<Client: Read + Write> Handshake<'_, Client> {
    fn option(&mut self) -> Result<Step> {
        if u64_from(self.client)? != OPTION {
            return Err(rubbish());
        }
        let (option, length) = (u32_from(self.client)?, u32_from(self.client)?);
        if length > DATA_LIMIT || (length > DATA_MAX && option == option::EXPORT_NAME) {
            return Err(rubbish());
        }
        if length > DATA_MAX {
            skip(self.client, length.into())?;
            return self.reply(option, option_reply::ERR_TOO_BIG, &[]);
        }
        let mut data = vec![0; to_usize(length.into())];
        self.client.read_exact(&mut data)?;
        match option {
            option::EXPORT_NAME => self.export_name(&data),
            option::ABORT => {
                // It may be gone already.
                let _ = self.reply(option, option_reply::ACK, &[]);
                Ok(Step::Enough)
            }
            option::LIST if data.is_empty() => self.list(),
            option::INFO | option::GO => self.info(option, &data),
            option::STRUCTURED_REPLY if data.is_empty() => {
                self.is_structured = true;
                self.reply(option, option_reply::ACK, &[])
            }
            option::LIST_META_CONTEXT | option::SET_META_CONTEXT => self.contexts(option, &data),
            option::LIST | option::STRUCTURED_REPLY => {
                self.reply(option, option_reply::ERR_INVALID, &[])
            }
            _ => self.reply(option, option_reply::ERR_UNSUP, &[]),
        }
    }

    fn reply(&mut self, option: u32, kind: u32, data: &[u8]) -> Result<Step> {
        let length = u32::try_from(data.len()).map_err(|_| rubbish())?;
        self.client.write_all(&OPTION_REPLY.to_be_bytes())?;
        self.client.write_all(&option.to_be_bytes())?;
        self.client.write_all(&kind.to_be_bytes())?;
        self.client.write_all(&length.to_be_bytes())?;
        self.client.write_all(data)?;
        self.client.flush()?;
        Ok(Step::Next)
    }

    fn flags(&self) -> u16 {
        use transmission::{CAN_MULTI_CONN, HAS_FLAGS, READ_ONLY, SEND_DF, SEND_FLUSH};
        let whole = if self.is_structured { SEND_DF } else { 0 };
        HAS_FLAGS | READ_ONLY | SEND_FLUSH | CAN_MULTI_CONN | whole
    }

    fn export(&self, disk: usize) -> Result<&Export> {
        self.disks.exports.get(disk).ok_or_else(rubbish)
    }

    /// The old way to choose a disk, which knows no answer but the end of the connection.
    fn export_name(&mut self, name: &[u8]) -> Result<Step> {
        let disk = self.disks.find(name).ok_or_else(rubbish)?;
        let size = self.export(disk)?.size;
        self.client.write_all(&size.to_be_bytes())?;
        self.client.write_all(&self.flags().to_be_bytes())?;
        if !self.without_zeros {
            self.client.write_all(&[0; 124])?;
        }
        self.client.flush()?;
        Ok(Step::Chosen(disk))
    }

    fn list(&mut self) -> Result<Step> {
        for export in &self.disks.exports {
            let length = u32::try_from(export.name.len()).map_err(|_| rubbish())?;
            let mut data = length.to_be_bytes().to_vec();
            data.extend(export.name.as_bytes());
            self.reply(option::LIST, option_reply::SERVER, &data)?;
        }
        self.reply(option::LIST, option_reply::ACK, &[])
    }

    /// Tells of a disk, which is chosen if it says so.
    fn info(&mut self, option: u32, data: &[u8]) -> Result<Step> {
        let Some((name, wanted)) = named(data).and_then(|(name, rest)| {
            let (count, kinds) = rest.split_at_checked(2)?;
            let is_all = kinds.len() == usize::from(be_u16(count, 0)).saturating_mul(2);
            is_all.then(|| (name, kinds.chunks_exact(2).map(|kind| be_u16(kind, 0))))
        }) else {
            return self.reply(option, option_reply::ERR_INVALID, &[]);
        };
        let Some(disk) = self.disks.find(name) else {
            return self.reply(option, option_reply::ERR_UNKNOWN, &[]);
        };
        let Export { name, size } = self.export(disk)?.clone();
        let mut told = info::EXPORT.to_be_bytes().to_vec();
        told.extend(size.to_be_bytes());
        told.extend(self.flags().to_be_bytes());
        self.reply(option, option_reply::INFO, &told)?;
        let wanted: Vec<u16> = wanted.collect();
        if wanted.contains(&info::NAME) {
            let mut told = info::NAME.to_be_bytes().to_vec();
            told.extend(name.as_bytes());
            self.reply(option, option_reply::INFO, &told)?;
        }
        if wanted.contains(&info::BLOCK_SIZE) {
            let mut told = info::BLOCK_SIZE.to_be_bytes().to_vec();
            told.extend([1, LENGTH_PREFERRED, LENGTH_MAX].into_iter().flat_map(u32::to_be_bytes));
            self.reply(option, option_reply::INFO, &told)?;
        }
        self.reply(option, option_reply::ACK, &[])?;
        Ok(if option == option::GO { Step::Chosen(disk) } else { Step::Next })
    }

    /// Lists or sets metadata contexts, of which there is one.
    fn contexts(&mut self, option: u32, data: &[u8]) -> Result<Step> {
        let is_set = option == option::SET_META_CONTEXT;
        if is_set {
            self.allocation_of = None;
        }
        let asked = named(data).and_then(|(name, rest)| Some((name, queries(rest)?)));
        let Some((name, queries)) = asked.filter(|_| self.is_structured) else {
            return self.reply(option, option_reply::ERR_INVALID, &[]);
        };
        let Some(disk) = self.disks.find(name) else {
            return self.reply(option, option_reply::ERR_UNKNOWN, &[]);
        };
        let is_namespace = |query: &&[u8]| !is_set && *query == allocation::NAMESPACE;
        let is_meant = (!is_set && queries.is_empty())
            || queries.iter().any(|query| *query == allocation::NAME || is_namespace(query));
        if is_meant {
            let mut told = allocation::ID.to_be_bytes().to_vec();
            told.extend(allocation::NAME);
            self.reply(option, option_reply::META_CONTEXT, &told)?;
        }
        if is_set {
            self.allocation_of = is_meant.then_some(disk);
        }
        self.reply(option, option_reply::ACK, &[])
    }
}

/// A text with its length before it, and what follows it.
fn named(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = data.split_at_checked(4)?;
    rest.split_at_checked(to_usize(be_u32(length, 0).into()))
}

/// As many texts as the number before them says, and nothing behind.
fn queries(data: &[u8]) -> Option<Vec<&[u8]>> {
    let (count, mut rest) = data.split_at_checked(4)?;
    let mut found = Vec::new();
    for _ in 0..be_u32(count, 0) {
        let (query, behind) = named(rest)?;
        found.push(query);
        rest = behind;
    }
    rest.is_empty().then_some(found)
}
