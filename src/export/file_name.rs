//! Names out of an archive, made fit to save a file under.

use crate::zip::is_kept_by_windows;

/// Bytes of a name in UTF-8 that are kept, at most: a file's name has room for 255,
/// and holds more than this one.
const BYTES_MAX: usize = 100;

/// Letters, as Unicode has it, of which nothing is seen.
const FILLERS: [char; 4] = ['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}'];

/// A base name made of `name` that every common file system takes: no path, no
/// control, bidirectional or invisible characters, no dot or dash at its ends, not
/// one of the names that Windows keeps for itself. Never empty.
#[must_use]
pub fn safe_name(name: &str) -> String {
    let mut kept: String = name.chars().map(|c| if is_safe(c) { c } else { '_' }).collect();
    while kept.len() > BYTES_MAX {
        kept.pop();
    }
    let name = kept.trim_matches(|c: char| matches!(c, '.' | ' ' | '-'));
    if name.is_empty() {
        return "unnamed".into();
    }
    if is_kept_by_windows(name) { format!("_{name}") } else { name.into() }
}

fn is_safe(c: char) -> bool {
    let is_seen = c.is_alphanumeric() && !FILLERS.contains(&c);
    is_seen || matches!(c, ' ' | '-' | '_' | '.' | '+' | '@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_names_stay_as_they_are() {
        for name in ["qemu-server.conf", "drive-scsi0", "notes-ümläut.txt", "com10.txt"] {
            assert_eq!(safe_name(name), name);
        }
    }

    #[test]
    fn nothing_that_leads_elsewhere_or_deceives_is_left() {
        assert_eq!(safe_name("../evil-cfg.conf"), "_evil-cfg.conf");
        assert_eq!(safe_name("a/b\\c:d\0e"), "a_b_c_d_e");
        assert_eq!(safe_name("x\u{202e}fnoc"), "x_fnoc");
        assert_eq!(safe_name("..."), "unnamed");
        assert_eq!(safe_name(""), "unnamed");
        assert_eq!(safe_name("NUL.conf"), "_NUL.conf");
        assert_eq!(safe_name("com1"), "_com1");
        assert_eq!(safe_name(&"<b>".repeat(1000)).chars().count(), 100);
    }

    #[test]
    fn names_that_windows_keeps_go_however_they_are_written() {
        for (name, safe) in [
            ("COM\u{b9}", "_COM\u{b9}"),
            ("lpt\u{b3}.txt", "_lpt\u{b3}.txt"),
            ("nul .conf", "_nul .conf"),
            ("aux  . .conf", "_aux  . .conf"),
            ("comma.txt", "comma.txt"),
            ("comx.txt", "comx.txt"),
        ] {
            assert_eq!(safe_name(name), safe);
        }
    }

    #[test]
    fn nothing_that_reads_as_an_option_or_is_not_seen_is_left() {
        assert_eq!(safe_name("-rf"), "rf");
        assert_eq!(safe_name(". - --x"), "x");
        assert_eq!(safe_name("a\u{200b}b\u{feff}c\u{ad}d"), "a_b_c_d");
        // Fillers are letters that nobody sees.
        assert_eq!(safe_name("a\u{115f}\u{1160}\u{3164}\u{ffa0}b"), "a____b");
    }

    #[test]
    fn a_name_has_at_most_a_hundred_bytes_and_no_half_characters() {
        assert_eq!(safe_name(&"\u{e4}".repeat(80)), "\u{e4}".repeat(50));
        assert_eq!(safe_name(&format!("{}\u{4e2d}x", "a".repeat(98))), "a".repeat(98));
    }
}
