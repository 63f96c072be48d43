//! Names of eight letters and three, and the long names in front of them: sections 6 and
//! 7 of the specification.

use vma_source::le_u16;

use super::slots::Slot;
use crate::names::wtf8;
use crate::reader::Name;

/// The upper half of code page 437, which DOS and most systems write short names in.
/// From Unicode's table `CP437.TXT`.
const UPPER: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
                     └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// Bits of the byte at 12, by which Windows NT says that a part is in small letters.
const SMALL_BASE: u8 = 0x08;
const SMALL_EXTENSION: u8 = 0x10;

/// The short name of an entry; `None` where it cannot be one.
pub(super) fn short_name(slot: &Slot) -> Option<Name> {
    let (base, extension) = slot.get(..11)?.split_at_checked(8)?;
    let case = slot.get(12).copied()?;
    let mut base = base.to_vec();
    // The first byte of a deleted entry is 0xe5, which is also a letter.
    if let Some(first) = base.first_mut().filter(|first| **first == 0x05) {
        *first = 0xe5;
    }
    let mut text = part(&base, case & SMALL_BASE != 0)?;
    let extension = part(extension, case & SMALL_EXTENSION != 0)?;
    if text.is_empty() {
        return None;
    }
    if !extension.is_empty() {
        text.push('.');
        text.push_str(&extension);
    }
    Some(Name(text.into_bytes()))
}

/// Letters without the blanks at their end.
fn part(bytes: &[u8], is_small: bool) -> Option<String> {
    let length = bytes.iter().rposition(|&byte| byte != b' ').map_or(0, |last| last + 1);
    let letters = bytes.get(..length)?.iter().map(|&byte| match byte {
        0..0x20 | b'/' | 0x7f => None,
        0x20..0x7f if is_small => Some(char::from(byte.to_ascii_lowercase())),
        0x20..0x7f => Some(char::from(byte)),
        _ => UPPER.chars().nth(usize::from(byte & 0x7f)),
    });
    letters.collect()
}

/// Letters of a long name in one entry, and at most.
const LETTERS: usize = 13;
const ENTRIES_MAX: u8 = 20;

/// The mark of the entry that comes first, and has the last letters.
const LAST: u8 = 0x40;

/// A long name, while its entries come by.
#[derive(Default)]
pub(super) struct LongName {
    units: Vec<u16>,
    /// The number of the entry that was seen last, and the sum that all repeat.
    number: u8,
    sum: u8,
}

impl LongName {
    /// Forgets what came by.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes an entry.
    pub(super) fn push(&mut self, slot: &Slot) {
        let [number, .., first_cluster_low, first_cluster_high, _, _, _, _] = *slot;
        let field = |at: usize| slot.get(at).copied().unwrap_or(0);
        let (kind, sum) = (field(12), field(13));
        let ordinal = number & !LAST;
        let follows = if number & LAST != 0 {
            self.units.clear();
            (1..=ENTRIES_MAX).contains(&ordinal)
        } else {
            ordinal > 0 && ordinal.checked_add(1) == Some(self.number) && sum == self.sum
        };
        // Always zero in what is written.
        let is_plain = kind == 0 && first_cluster_low == 0 && first_cluster_high == 0;
        if !follows || !is_plain {
            self.clear();
            return;
        }
        (self.number, self.sum) = (ordinal, sum);
        put_before(&mut self.units, slot);
    }

    /// The name, if it belongs to the entry that follows it.
    pub(super) fn take(&mut self, slot: &Slot) -> Option<Name> {
        let Self { units, number, sum } = core::mem::take(self);
        let is_whole = number == 1 && sum == short_sum(slot);
        letters_of(&units).filter(|_| is_whole)
    }
}

/// Puts the letters in an entry before those behind it: entries come from the last to the
/// first.
fn put_before(units: &mut Vec<u16>, slot: &Slot) {
    let places = (1..11).step_by(2).chain((14..26).step_by(2)).chain((28..32).step_by(2));
    let mut all: Vec<u16> = places.map(|at| le_u16(slot, at)).collect();
    all.append(units);
    *units = all;
}

/// The name in the entries of one; `None` where they are of none.
fn letters_of(units: &[u16]) -> Option<Name> {
    let text = units.split(|&unit| unit == 0).next()?;
    // What is behind the zero is filled with 0xffff; a name without a zero fills all.
    let is_padded = units.iter().skip(text.len().saturating_add(1)).all(|&unit| unit == 0xffff);
    (units.len() >= LETTERS && is_padded && text.len() <= 255).then(|| wtf8(text))
}

/// The long name of an entry that was deleted, while its entries come by. Their numbers are
/// gone, and so is the first letter of the short name, which the sum that they repeat is of.
#[derive(Default)]
pub(super) struct DeletedName {
    units: Vec<u16>,
    sum: Option<u8>,
}

impl DeletedName {
    /// Takes an entry.
    pub(super) fn push(&mut self, slot: &Slot) {
        let sum = slot.get(13).copied();
        if self.sum != sum || self.units.len() >= LETTERS.saturating_mul(ENTRIES_MAX.into()) {
            self.units.clear();
        }
        self.sum = sum;
        put_before(&mut self.units, slot);
    }

    /// The name, if it is that of the entry that follows it: the one letter that makes the sum
    /// that of the short name is the one that it begins with. A name without its end may have
    /// lost it to another entry, and is none.
    pub(super) fn take(&mut self, slot: &Slot) -> Option<Name> {
        let Self { units, sum } = core::mem::take(self);
        let fits = |first: &u8| {
            let mut whole = *slot;
            whole[0] = *first;
            Some(short_sum(&whole)) == sum && short_name(&whole).is_some()
        };
        let first = (0x21..0xe5).find(fits)?;
        let name = letters_of(&units).filter(|_| units.contains(&0))?;
        begins_with(&name, first).then_some(name)
    }
}

/// Whether a long name can have a short one that begins with `first`: blanks and dots in front
/// are left out of it, and what no short name may have is a `_`. Letters outside of ASCII are as
/// the code page has them.
fn begins_with(name: &Name, first: u8) -> bool {
    let letter = name.0.iter().find(|byte| !matches!(byte, b' ' | b'.'));
    letter.is_none_or(|letter| match letter {
        letter if !letter.is_ascii() => true,
        letter if letter.is_ascii_alphanumeric() => letter.to_ascii_uppercase() == first,
        letter => first == *letter || first == b'_',
    })
}

/// `ChkSum` of section 7: of the short name, which the long one belongs to.
fn short_sum(slot: &Slot) -> u8 {
    let name = slot.get(..11).unwrap_or(&[]);
    name.iter().fold(0, |sum: u8, &byte| sum.rotate_right(1).wrapping_add(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upper_half_of_the_code_page_has_128_letters() {
        assert_eq!(UPPER.chars().count(), 128);
        // `printf '\x80\xe1\xff' | iconv -f cp437 -t utf8 | od -c` of glibc.
        let letter = |byte: u8| UPPER.chars().nth(usize::from(byte & 0x7f));
        assert_eq!([0x80, 0xe1, 0xff].map(letter), ['Ç', 'ß', '\u{a0}'].map(Some));
    }
}
