//! Records of directories: ECMA-119, 9.1.

use vma_source::{be_u16, be_u32, le_u32, to_u64};

use crate::calendar::Moment;
use crate::error::{Fault, Result};
use crate::names::wtf8;
use crate::node::Time;
use crate::reader::Name;

/// Bytes of a record before the name, and of all of it at most.
pub(super) const FIXED: usize = 33;
pub(super) const LENGTH_MAX: usize = 255;

/// Flags.
pub(super) const HIDDEN: u8 = 1;
pub(super) const DIRECTORY: u8 = 2;
pub(super) const ASSOCIATED: u8 = 4;
pub(super) const GOES_ON: u8 = 0x80;

/// A record.
#[derive(Clone)]
pub(super) struct Record {
    bytes: Vec<u8>,
}

impl Record {
    /// Takes its bytes; `None` where they cannot be one.
    pub(super) fn new(bytes: &[u8]) -> Option<Self> {
        let length = usize::from(*bytes.first()?);
        let name = usize::from(*bytes.get(32)?);
        let bytes = bytes.get(..length)?.to_vec();
        (name > 0 && FIXED.checked_add(name)? <= length).then_some(Self { bytes })
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// Bytes that it takes.
    pub(super) fn length(&self) -> u64 {
        to_u64(self.bytes.len())
    }

    pub(super) fn flags(&self) -> u8 {
        self.byte(25)
    }

    /// The name as it stands.
    pub(super) fn identifier(&self) -> &[u8] {
        let length = usize::from(self.byte(32));
        self.bytes.get(FIXED..).and_then(|rest| rest.get(..length)).unwrap_or(&[])
    }

    /// Whether it is the directory itself, or the one above.
    pub(super) fn is_dot(&self) -> bool {
        matches!(self.identifier(), [0 | 1])
    }

    /// What is behind the name, which is filled up to an even length.
    pub(super) fn system_use(&self) -> &[u8] {
        let behind = FIXED.saturating_add(self.identifier().len());
        self.bytes.get(behind.next_multiple_of(2)..).unwrap_or(&[])
    }

    /// The block at which the contents start, and their bytes. Both are written in both
    /// orders.
    ///
    /// # Errors
    ///
    /// The orders differ, or the file is stored in a way that is not read.
    pub(super) fn extent(&self) -> Result<(u64, u64)> {
        let (block, size) = (le_u32(&self.bytes, 2), le_u32(&self.bytes, 10));
        if block != be_u32(&self.bytes, 6) || size != be_u32(&self.bytes, 14) {
            return Err(Fault::corrupt("place of a file"));
        }
        if self.byte(26) != 0 || self.byte(27) != 0 {
            return Err(Fault::unsupported("interleaved file"));
        }
        // An attribute record comes before the contents.
        let start = u64::from(block).saturating_add(self.byte(1).into());
        Ok((start, size.into()))
    }

    /// The time: 9.1.5.
    pub(super) fn time(&self) -> Option<Time> {
        short_time(self.bytes.get(18..25)?)
    }

    /// The name in a volume without Rock Ridge: without its version, nor the dot that
    /// stands where there is no extension.
    pub(super) fn name(&self, is_joliet: bool) -> Name {
        let identifier = self.identifier();
        if is_joliet {
            let (pairs, _) = identifier.as_chunks::<2>();
            let units: Vec<u16> = pairs.iter().map(|pair| be_u16(pair, 0)).collect();
            let mut parts = units.rsplitn(2, |&unit| unit == u16::from(b';'));
            let (last, first) = (parts.next().unwrap_or(&[]), parts.next());
            return wtf8(first.unwrap_or(last));
        }
        let mut parts = identifier.rsplitn(2, |&byte| byte == b';');
        let (last, first) = (parts.next().unwrap_or(&[]), parts.next());
        let name = first.unwrap_or(last);
        Name(name.strip_suffix(b".").unwrap_or(name).to_vec())
    }

    /// Whether two records have the same name: those of a file in several pieces.
    pub(super) fn is_of(&self, other: &Self) -> bool {
        self.identifier() == other.identifier()
    }
}

/// Seven bytes: years since 1900 to seconds, and quarters of an hour from UTC.
pub(super) fn short_time(bytes: &[u8]) -> Option<Time> {
    let [year, month, day, hour, minute, second, zone] = *bytes.first_chunk::<7>()?;
    let moment = Moment {
        year: u32::from(year).checked_add(1900)?,
        month: month.into(),
        day: day.into(),
        hour: hour.into(),
        minute: minute.into(),
        second: second.into(),
    };
    in_zone(moment, zone, 0)
}

/// Seventeen bytes: the same in digits, with hundredths (8.4.26.1).
pub(super) fn long_time(bytes: &[u8]) -> Option<Time> {
    let (digits, zone) = bytes.get(..17)?.split_at_checked(16)?;
    let number = |from: usize, to: usize| {
        let text = core::str::from_utf8(digits.get(from..to)?).ok()?;
        text.parse::<u32>().ok()
    };
    let moment = Moment {
        year: number(0, 4)?,
        month: number(4, 6)?,
        day: number(6, 8)?,
        hour: number(8, 10)?,
        minute: number(10, 12)?,
        second: number(12, 14)?,
    };
    in_zone(moment, *zone.first()?, number(14, 16)?.checked_mul(10_000_000)?)
}

/// A moment, by quarters of an hour from UTC.
fn in_zone(moment: Moment, zone: u8, nanoseconds: u32) -> Option<Time> {
    // From -12 to +13 hours. Others are none, and left out, as Linux does: `genisoimage`
    // writes -24 hours from 2036 on.
    let quarters = i64::from(i8::from_le_bytes([zone]));
    let quarters = if (-52..=52).contains(&quarters) { quarters } else { 0 };
    let seconds = moment.seconds()?.checked_sub(quarters.checked_mul(900)?)?;
    Some(Time { seconds, nanoseconds, is_local: false })
}
