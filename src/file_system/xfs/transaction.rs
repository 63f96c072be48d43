//! Transactions, put together from the operations in records: `xlog_op_header`. One may
//! reach over several records, and several may be mixed.

use vma_source::{be_u32, le_u16, le_u32, to_usize};

use super::log::Span;
use super::record::{Record, Ring};
use crate::error::{Fault, FaultKind, Result};

const START: u8 = 0x1;
const COMMIT: u8 = 0x2;
const CONTINUES: u8 = 0x4;
const CONTINUED: u8 = 0x8;
const END: u8 = 0x10;
const UNMOUNT: u8 = 0x20;

const CLIENTS: [u8; 2] = [0x69, 0xaa];

/// Bytes in front of each operation, and of what a transaction begins with.
const OPERATION: usize = 12;
const HEADER: usize = 16;
const HEADER_MAGIC: u32 = 0x5452_414e;

/// Bytes of all that is not committed yet.
const OPEN_MAX: usize = 64 << 20;

/// Transactions that are open at once: of those that Linux writes, one or two.
const AT_ONCE_MAX: usize = 256;

/// Regions that an item has at most: one for each run of bits in a map of a buffer.
const REGIONS_MAX: u16 = 1024;

/// A thing that a transaction logs: its first region says what it is.
#[derive(Default)]
pub(super) struct Item {
    pub(super) regions: Vec<Vec<u8>>,
    count: usize,
}

impl Item {
    /// What its first region says that it is.
    pub(super) fn kind(&self) -> u16 {
        self.regions.first().map_or(0, |region| le_u16(region, 0))
    }

    pub(super) fn format(&self) -> &[u8] {
        self.regions.first().map_or(&[], Vec::as_slice)
    }

    fn is_full(&self) -> bool {
        self.regions.len() >= self.count
    }
}

/// A transaction that is whole.
pub(super) struct Transaction {
    pub(super) lsn: u64,
    pub(super) items: Vec<Item>,
}

/// One that is not yet.
#[derive(Default)]
struct Open {
    id: u32,
    lsn: u64,
    header: Vec<u8>,
    items: Vec<Item>,
    length: usize,
}

fn corrupt() -> Fault {
    Fault::corrupt("log: operations")
}

/// What is done with each transaction.
pub(super) type Visit<'a> = &'a mut dyn FnMut(Transaction) -> Result<()>;

/// Goes through all transactions of `span` that were committed, in the order in which they
/// were.
///
/// # Errors
///
/// The log cannot be had or makes no sense; or `visit` fails.
pub(super) fn walk(ring: &Ring<'_>, span: Span, visit: Visit<'_>) -> Result<()> {
    let mut open: Vec<Open> = Vec::new();
    let (mut sector, mut done) = (span.tail, 0);
    let whole = ring.distance(span.tail, span.head);
    while done < whole {
        let record = ring.record(sector)?.ok_or_else(corrupt)?;
        let length = ring.distance(sector, record.next);
        if length == 0 {
            return Err(corrupt());
        }
        done = done.saturating_add(length);
        sector = record.next;
        of_record(&record, &mut open, visit)?;
    }
    Ok(())
}

fn of_record(record: &Record, open: &mut Vec<Open>, visit: Visit<'_>) -> Result<()> {
    let mut rest = record.data.as_slice();
    for _ in 0..record.operations {
        let (header, behind) = rest.split_at_checked(OPERATION).ok_or_else(corrupt)?;
        let (oh_tid, oh_len) = (be_u32(header, 0), to_usize(be_u32(header, 4).into()));
        let [oh_clientid, oh_flags] = vma_source::array(header.get(8..).unwrap_or(&[]));
        let (bytes, after) = behind.split_at_checked(oh_len).ok_or_else(corrupt)?;
        rest = after;
        if !CLIENTS.contains(&oh_clientid) {
            return Err(corrupt());
        }
        if oh_flags & START != 0 {
            let is_known = open.iter().any(|one| one.id == oh_tid);
            if is_known || open.len() >= AT_ONCE_MAX {
                return Err(corrupt());
            }
            open.push(Open { id: oh_tid, lsn: record.lsn, ..Open::default() });
            continue;
        }
        // One of which the beginning is before the tail was in its place before.
        let found = open.iter().position(|one| one.id == oh_tid);
        let Some(found) = found else { continue };
        if oh_flags & UNMOUNT != 0 {
            open.swap_remove(found);
        } else if oh_flags & COMMIT != 0 {
            visit(open.swap_remove(found).committed()?)?;
        } else if let Some(transaction) = open.get_mut(found) {
            transaction.add(oh_flags & !END, bytes)?;
            let all = open.iter().map(|one| one.length).fold(0, usize::saturating_add);
            if all > OPEN_MAX {
                return Err(Fault::new(FaultKind::TooLarge, "log: a transaction"));
            }
        }
    }
    Ok(())
}

impl Open {
    /// Adds a region, or more of the last one.
    fn add(&mut self, flags: u8, bytes: &[u8]) -> Result<()> {
        if bytes.is_empty() && flags & CONTINUED == 0 {
            return Ok(());
        }
        self.length = self.length.saturating_add(bytes.len()).saturating_add(32);
        let known = flags & !(CONTINUES | CONTINUED);
        if known != 0 {
            return Err(corrupt());
        }
        if self.header.len() < HEADER {
            self.header.extend_from_slice(bytes);
            let is_it = self.header.len() < 4 || le_u32(&self.header, 0) == HEADER_MAGIC;
            let is_right = self.header.len() <= HEADER && is_it;
            return if is_right { Ok(()) } else { Err(corrupt()) };
        }
        if flags & CONTINUED != 0 {
            let last = self.items.last_mut().and_then(|item| item.regions.last_mut());
            last.ok_or_else(corrupt)?.extend_from_slice(bytes);
            return Ok(());
        }
        if self.items.last().is_none_or(Item::is_full) {
            let count = le_u16(bytes, 2);
            if bytes.len() < 4 || count == 0 || count > REGIONS_MAX {
                return Err(corrupt());
            }
            self.items.push(Item { regions: Vec::new(), count: count.into() });
        }
        let item = self.items.last_mut().ok_or_else(corrupt)?;
        item.regions.push(bytes.to_vec());
        Ok(())
    }

    fn committed(self) -> Result<Transaction> {
        if self.items.iter().all(Item::is_full) {
            return Ok(Transaction { lsn: self.lsn, items: self.items });
        }
        Err(corrupt())
    }
}
