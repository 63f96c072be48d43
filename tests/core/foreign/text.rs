//! What is text, or nothing at all.

use super::{opens, refused, refused_as};
use crate::dense::dense;
use crate::programs::run;
use vma_inspector::source::Foreign;

/// As vzdump writes the log beside a backup, and Proxmox that of a task.
const LOG: &str = "2025-01-31 02:00:01 INFO: Starting Backup of VM 100 (qemu)\n\
    2025-01-31 02:00:01 INFO: status = running\n";
const TASK: &str = "INFO: starting new backup job: vzdump 100 --storage local --mode stop\n\
    INFO: Starting Backup of VM 100 (qemu)\n";

#[test]
fn text_is_told_as_text_and_a_log_as_a_log() {
    for (text, expected) in [
        (LOG, Foreign::VzdumpLog),
        (TASK, Foreign::VzdumpLog),
        ("web-server, vor dem Umzug — größer\n", Foreign::Text),
        ("\u{feff}Dear reader,\r\n", Foreign::Text),
        ("<!DOCTYPE html>\n<html><head><title>pve - Proxmox Virtual Environment", Foreign::Html),
        ("\n\n  <HTML lang=en><body>504 Gateway Time-out", Foreign::Html),
    ] {
        assert_eq!(refused_as(text.as_bytes()), Some(expected.clone()), "{text:?}");
        let long = text.repeat(2000);
        assert_eq!(refused_as(long.as_bytes()), Some(expected.clone()), "{text:?}, over and over");
        let Some(packed) = run("gzip", &["-c"], text.as_bytes()) else { return };
        assert_eq!(refused(packed), Some((expected, vec!["gzip"])), "{text:?}");
    }
    // A sign of several bytes that the end of what is looked at cuts.
    assert_eq!(refused_as("ä".repeat(20_000).as_bytes()), Some(Foreign::Text));
    assert_eq!(refused_as(format!("a{}", "ä".repeat(20_000)).as_bytes()), Some(Foreign::Text));
    for other in [&b"Dear\0reader"[..], b"Dear reader\xff,\n", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"] {
        assert_eq!(refused_as(other), None, "{other:02x?}");
    }
}

#[test]
fn what_powershell_makes_of_an_archive_is_text_in_utf_16() {
    let archive = dense().build().bytes;
    // The bytes taken for ISO 8859-1, which is one of the tables it may go by.
    let text: Vec<u16> = archive[..200_000].iter().map(|&byte| byte.into()).collect();
    let bytes = text.iter().flat_map(|unit| unit.to_le_bytes());
    let redirected: Vec<u8> = [0xff, 0xfe].into_iter().chain(bytes).collect();
    assert_eq!(refused_as(&redirected), Some(Foreign::Utf16));
    // The real conversion, of the table of DOS.
    let Some(text) = run("iconv", &["-f", "CP850", "-t", "UTF-16LE"], &archive[20_000..200_000])
    else {
        return;
    };
    assert_eq!(refused_as(&[&b"\xff\xfe"[..], &text].concat()), Some(Foreign::Utf16));
    // Two bytes are no mark by themselves.
    let random = [&b"\xff\xfe"[..], &archive[20_000..200_000]].concat();
    assert_eq!(refused_as(&random), None);
}

#[test]
fn an_archive_behind_a_page_of_the_web_opens() {
    let page = b"<!DOCTYPE html><p>Warning: headers already sent</p>\n";
    assert!(opens(&[&page[..], &dense().build().bytes].concat()));
}

#[test]
fn zeros_are_told_by_how_much_of_them_was_looked_at() {
    const MIB: usize = 1 << 20;
    let zeros = |start: u64, places, is_all| Some(Foreign::Zeros { start, places, is_all });
    assert_eq!(refused_as(&[0; 5000]), zeros(5000, 0, true));
    assert_eq!(refused_as(&vec![0; 16 * MIB]), zeros(16 << 20, 0, true));
    assert_eq!(refused_as(&vec![0; 40 * MIB]), zeros(16 << 20, 64, false));
    // Not those behind the start that nobody looks at, but the end is looked at.
    let mut bytes = vec![0; 40 * MIB];
    bytes[20 * MIB + 4097] = 1;
    assert_eq!(refused_as(&bytes), zeros(16 << 20, 64, false));
    bytes[40 * MIB - 1] = 1;
    assert_eq!(refused_as(&bytes), None);
    let mut bytes = vec![0; 5000];
    bytes[4000] = 1;
    assert_eq!(refused_as(&bytes), None);
    let Some(packed) = run("gzip", &["-c"], &vec![0; 40 * MIB]) else { return };
    let expected = Foreign::Zeros { start: 16 << 20, places: 0, is_all: false };
    assert_eq!(refused(packed), Some((expected, vec!["gzip"])));
}
