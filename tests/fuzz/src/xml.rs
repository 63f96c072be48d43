//! Whether a text is well-formed XML, as far as ours goes: elements,
//! attributes, text, references and comments; no doctype, no CDATA.

/// Panics if `text` is not well-formed.
pub fn assert_well_formed(text: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text
        .strip_prefix("<?xml")
        .map_or(text, |rest| rest.split_once("?>").expect("the declaration ends").1);
    let mut roots = 0;
    while let Some((before, tag)) = rest.split_once('<') {
        assert_text(before);
        assert!(!open.is_empty() || before.trim().is_empty(), "text outside of the root");
        if let Some(comment) = tag.strip_prefix("!--") {
            let (comment, behind) = comment.split_once("-->").expect("a comment ends");
            assert!(!comment.contains("--") && !comment.ends_with('-'), "{comment:?}");
            rest = behind;
            continue;
        }
        let (tag, behind) = split_tag(tag);
        rest = behind;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name.trim_end()), "elements are closed in order");
            continue;
        }
        roots += usize::from(open.is_empty());
        let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let name = tag.split_ascii_whitespace().next().expect("an element has a name");
        assert_name(name);
        assert_attributes(&tag[name.len()..]);
        if !is_empty {
            open.push(name);
        }
    }
    assert!(rest.trim().is_empty() && open.is_empty(), "what is open: {open:?}");
    assert_eq!(roots, 1, "one root");
}

/// A tag up to its `>`, which may stand in an attribute's value.
fn split_tag(tag: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match quote {
            None if c == '>' => return (&tag[..at], &tag[at + 1..]),
            None if c == '"' || c == '\'' => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ => assert_ne!(c, '<', "a tag inside of a tag"),
        }
    }
    panic!("a tag does not end: {tag:?}");
}

fn assert_attributes(mut rest: &str) {
    let mut names = Vec::new();
    while !rest.trim_start().is_empty() {
        assert!(rest.starts_with(char::is_whitespace), "a space before {rest:?}");
        let (name, value) = rest.trim_start().split_once('=').expect("an attribute has a value");
        assert_name(name);
        assert!(!names.contains(&name), "{name} twice");
        names.push(name);
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\'')).expect("quotes");
        let (value, behind) = value[1..].split_once(quote).expect("quotes end");
        assert_text(value);
        rest = behind;
    }
}

fn assert_name(name: &str) {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '-' | '.');
    let is_start = |c: char| c.is_ascii_alphabetic() || matches!(c, ':' | '_');
    assert!(name.starts_with(is_start) && name.chars().all(is_part), "a name: {name:?}");
}

/// Characters that XML allows, and references that everyone knows.
fn assert_text(text: &str) {
    for c in text.chars() {
        let is_allowed = matches!(c,
            '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        assert!(is_allowed, "{c:?} in {text:?}");
    }
    for reference in text.split('&').skip(1) {
        let name = reference.split_once(';').expect("a reference ends").0;
        let is_number =
            name.strip_prefix("#x").is_some_and(|hex| {
                let number = u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
                number.is_some_and(|c| c >= ' ' || matches!(c, '\t' | '\n' | '\r'))
            }) || name.strip_prefix('#').is_some_and(|digits| digits.parse::<u32>().is_ok());
        assert!(is_number || ["amp", "lt", "gt", "quot", "apos"].contains(&name), "&{name};");
    }
    assert!(!text.contains("]]>"), "the end of a CDATA section in {text:?}");
}
