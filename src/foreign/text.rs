//! Files of text, and what looks like one.

use crate::source::Foreign;

/// What vzdump writes into the log beside a backup, and into that of a task.
const OF_VZDUMP: [&str; 2] =
    ["INFO: Starting Backup of VM ", "INFO: starting new backup job: vzdump"];

/// How a page of the web begins (HTML Standard, 13.1), in any case.
const HTML: [&[u8]; 3] = [b"<!doctype html", b"<html", b"<head"];

/// Units of UTF-16 that are looked at, and at least needed.
const UNITS: usize = 512;
const UNITS_MIN: usize = 8;

pub(super) fn recognise(first: &[u8]) -> Option<Foreign> {
    if is_utf16(first) {
        return Some(Foreign::Utf16);
    }
    let text = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first).trim_ascii_start();
    let starts =
        |start: &[u8]| text.get(..start.len()).is_some_and(|is| is.eq_ignore_ascii_case(start));
    if HTML.into_iter().any(starts) {
        return Some(Foreign::Html);
    }
    let text = readable(text)?;
    if OF_VZDUMP.iter().any(|line| text.contains(line)) {
        return Some(Foreign::VzdumpLog);
    }
    Some(Foreign::Text)
}

/// `first` as text, if it is some: UTF-8, which may be cut at the end, without control
/// characters but those that lay text out.
fn readable(first: &[u8]) -> Option<&str> {
    let text = match str::from_utf8(first) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            str::from_utf8(first.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    let is_readable = |sign: char| !sign.is_control() || "\t\n\r\x0c\x1b".contains(sign);
    (!text.is_empty() && text.chars().all(is_readable)).then_some(text)
}

/// Text in UTF-16, little-endian, with the mark in front. What PowerShell makes of a
/// program's output is the text that it takes the bytes for: those below 128 stay
/// below 128, which is every fourth of any file at least.
fn is_utf16(first: &[u8]) -> bool {
    let Some(text) = first.strip_prefix(b"\xff\xfe") else { return false };
    let units = || text.chunks_exact(2).take(UNITS);
    let low = units().filter(|unit| matches!(unit, [_, 0])).count();
    let count = units().count();
    count >= UNITS_MIN && low.saturating_mul(4) >= count
}
