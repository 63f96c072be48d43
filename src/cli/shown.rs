//! Text out of a file as a terminal may get it: what does not show, moves the cursor or
//! changes the order of what stands around it is named, and there is a bound on it.

/// Letters of a name, a value or a message that are shown.
const LENGTH: usize = 1000;

/// Of a run of different ones, so many are named.
const NAMED: usize = 4;

/// Characters that Unicode lets a program pass over, and that std takes for printable.
const IGNORABLE: [std::ops::RangeInclusive<char>; 9] = [
    '\u{34f}'..='\u{34f}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{3164}'..='\u{3164}',
    '\u{fe00}'..='\u{fe0d}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{e0000}'..='\u{e0fff}',
];

/// Whether a character does not show, or changes what stands around it: control and format
/// characters, line ends, what is private or assigned to nothing.
pub(crate) fn is_hidden(letter: char) -> bool {
    // They only choose how an emoji looks.
    if matches!(letter, '\u{fe0e}' | '\u{fe0f}' | '"' | '\'' | '\\') {
        return false;
    }
    if matches!(letter, '\u{85}' | '\u{2028}' | '\u{2029}') || letter.is_control() {
        return true;
    }
    if IGNORABLE.iter().any(|range| range.contains(&letter)) {
        return true;
    }
    if letter.is_whitespace() {
        return false;
    }
    // What std's own table of printable characters lacks is escaped. The letter in front
    // is there because a mark on top of another is escaped at the start of a string.
    let text: String = ['x', letter].into_iter().collect();
    text.escape_debug().nth(1) != Some(letter)
}

/// One line.
pub(crate) fn plainly(text: &str) -> String {
    bounded(text, LENGTH, false)
}

/// A text of several lines, whose line ends and tabs are its own, all of it.
pub(crate) fn in_lines(text: &str) -> String {
    bounded(text, usize::MAX, true)
}

fn bounded(text: &str, length: usize, lines: bool) -> String {
    let is_hidden = |letter: char| is_hidden(letter) && !(lines && matches!(letter, '\n' | '\t'));
    let mut shown = String::new();
    let mut room = length;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if room == 0 {
            shown.push('…');
            break;
        }
        if !is_hidden(letter) {
            shown.push(letter);
            room = room.saturating_sub(letter.len_utf16());
            continue;
        }
        let mut run = vec![letter];
        while let Some(next) = letters.next_if(|next| is_hidden(*next)) {
            run.push(next);
        }
        let mark = mark_of(&run);
        room = room.saturating_sub(mark.chars().count());
        shown.push_str(&mark);
    }
    shown
}

/// A run of characters that do not show, by their numbers.
fn mark_of(run: &[char]) -> String {
    let name = |letter: &char| format!("U+{:04X}", u32::from(*letter));
    let number = |count: usize| super::numbers::count(vma_inspector::source::to_u64(count));
    let first = run.first().map(name).unwrap_or_default();
    let names = if run.len() == 1 {
        first
    } else if run.iter().all(|letter| Some(letter) == run.first()) {
        format!("{first} × {}", number(run.len()))
    } else {
        let names: Vec<String> = run.iter().take(NAMED).map(name).collect();
        let more =
            if run.len() > NAMED { format!(" … ({})", number(run.len())) } else { "".into() };
        format!("{}{more}", names.join(" "))
    };
    format!("⟨{names}⟩")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_the_cursor_is_named() {
        assert_eq!(plainly("a\u{1b}[31mb"), "a⟨U+001B⟩[31mb");
        assert_eq!(plainly("\u{9b}2J"), "⟨U+009B⟩2J");
        assert_eq!(plainly("a\r\nb"), "a⟨U+000D U+000A⟩b");
        assert_eq!(plainly("\0\0\0"), "⟨U+0000 × 3⟩");
        assert_eq!(in_lines("a\tb\n\u{7}"), "a\tb\n⟨U+0007⟩");
    }

    #[test]
    fn what_reorders_or_is_not_seen_is_named() {
        for hidden in ["\u{202e}", "\u{200b}", "\u{feff}", "\u{ad}", "\u{3164}", "\u{e0041}"] {
            assert!(plainly(hidden).starts_with('⟨'), "{hidden:?}");
        }
    }

    #[test]
    fn letters_of_any_script_stay() {
        for text in ["Grüße aus Köln", "日本語", "e\u{301}", "👍\u{fe0f}", "a\u{a0}b", "\"'\\"]
        {
            assert_eq!(plainly(text), text);
        }
    }

    #[test]
    fn there_is_a_bound() {
        assert_eq!(plainly(&"x".repeat(5000)).chars().count(), LENGTH + 1);
    }
}
