//! Words of an archive, made harmless for where they will stand.

use crate::export::file_name::safe_name;

/// Characters of a stem at most: a tar header has room for 99 bytes, and a name
/// in it holds the stems of the VM and of a drive.
const STEM_MAX: usize = 44;

/// `text` without what a reader could take for something else: control
/// characters, line ends included, those that turn the direction of writing,
/// and those that XML does not allow become `_`.
pub(super) fn clean(text: &str) -> String {
    let is_plain = |c: char| {
        let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}');
        !(c.is_control() || turns || matches!(c, '\u{fffe}' | '\u{ffff}'))
    };
    text.chars().map(|c| if is_plain(c) { c } else { '_' }).collect()
}

/// What the names of a VM's files begin with: ASCII letters, digits, and `-_.`.
pub(super) fn stem(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    safe_name(&plain.chars().take(STEM_MAX).collect::<String>())
}

/// `text` with `_` for what a shell, or an option of QEMU's, could act on in it,
/// also in double quotes. How that is escaped is not the same in all shells.
pub(super) fn harmless(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ' | '/');
    text.chars().map(|c| if is_plain(c) { c } else { '_' }).collect()
}

/// What was put together of our own words and of [`harmless`] ones as one word of
/// any shell.
pub(super) fn shell_word(word: &str) -> String {
    if word.contains(' ') { format!("\"{word}\"") } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_one_word_in_a_shell() {
        assert_eq!(shell_word("if=none,id=drive-scsi0"), "if=none,id=drive-scsi0");
        assert_eq!(shell_word("file=a b"), "\"file=a b\"");
        assert_eq!(harmless("$(reboot)'; reboot"), "__reboot___ reboot");
        assert_eq!(harmless("a\nb\u{1b}[201~\u{202e},\u{fc}!%\"\\"), "a_b__201________");
    }

    #[test]
    fn stems_are_plain_and_short() {
        assert_eq!(stem("web-01.example"), "web-01.example");
        assert_eq!(stem("../ä b"), "___b");
        assert_eq!(stem(&"x".repeat(300)).len(), 44);
        assert_eq!(stem(""), "unnamed");
        assert_eq!(stem("con"), "_con");
    }
}
