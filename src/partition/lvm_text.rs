//! The text of LVM's metadata: sections in braces, and `name = value`, as `lvm.conf(5)`
//! and LVM2's `libdm/libdm-config.c` have it.

/// Nodes that are taken, at most, and how deep they may lie: LVM's lie four deep.
const NODES_MAX: usize = 65_536;
const DEPTH_MAX: usize = 8;

/// What stands behind a name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Value {
    Section(Section),
    Text(String),
    Number(u64),
    List(Vec<Value>),
}

impl Value {
    pub(super) fn section(&self) -> Option<&Section> {
        if let Self::Section(section) = self { Some(section) } else { None }
    }
}

/// Names with their values, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Section(Vec<(String, Value)>);

impl Section {
    pub(super) fn iter(&self) -> impl Iterator<Item = &(String, Value)> {
        self.0.iter()
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(found, _)| found == name).map(|(_, value)| value)
    }

    pub(super) fn section(&self, name: &str) -> Option<&Self> {
        self.get(name)?.section()
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        if let Value::Number(number) = self.get(name)? { Some(*number) } else { None }
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        if let Value::Text(text) = self.get(name)? { Some(text) } else { None }
    }

    pub(super) fn list(&self, name: &str) -> Option<&[Value]> {
        if let Value::List(list) = self.get(name)? { Some(list) } else { None }
    }

    /// The texts in a list.
    pub(super) fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        let list = self.list(name).unwrap_or(&[]);
        list.iter().filter_map(|value| match value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }
}

/// The sections and values of a text; `None` if it is not such a text.
pub(super) fn parse(text: &[u8]) -> Option<Section> {
    let text = String::from_utf8_lossy(text);
    let mut parser = Parser { rest: text.trim_end_matches('\0'), left: NODES_MAX };
    let section = parser.section(0)?;
    parser.skip();
    parser.rest.is_empty().then_some(section)
}

struct Parser<'a> {
    rest: &'a str,
    left: usize,
}

impl<'a> Parser<'a> {
    /// Passes over blanks and comments.
    fn skip(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            if !self.rest.starts_with('#') {
                return;
            }
            self.rest = self.rest.split_once('\n').map_or("", |(_, rest)| rest);
        }
    }

    /// Takes a letter, if it comes next.
    fn take(&mut self, letter: char) -> bool {
        self.skip();
        let rest = self.rest.strip_prefix(letter);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Takes what comes next up to a letter that is not `is_part` of it.
    fn word(&mut self, is_part: impl Fn(char) -> bool) -> &'a str {
        self.skip();
        let end = self.rest.find(|letter| !is_part(letter)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn section(&mut self, depth: usize) -> Option<Section> {
        let mut nodes = Vec::new();
        loop {
            // What LVM lets a name consist of (`lvm(8)`), and a path's stroke.
            let is_name = |letter: char| letter.is_alphanumeric() || "+_.-/".contains(letter);
            let name = self.word(is_name).to_owned();
            if name.is_empty() {
                return Some(Section(nodes));
            }
            self.left = self.left.checked_sub(1)?;
            let value = if self.take('{') {
                let section = (depth < DEPTH_MAX).then(|| self.section(depth.saturating_add(1)))?;
                self.take('}').then_some(Value::Section(section?))?
            } else {
                self.take('=').then(|| self.value())??
            };
            nodes.push((name, value));
        }
    }

    fn value(&mut self) -> Option<Value> {
        if !self.take('[') {
            return self.scalar();
        }
        let mut list = Vec::new();
        while !self.take(']') {
            self.left = self.left.checked_sub(1)?;
            list.push(self.scalar()?);
            self.take(',');
        }
        Some(Value::List(list))
    }

    fn scalar(&mut self) -> Option<Value> {
        if self.take('"') {
            return self.quoted().map(Value::Text);
        }
        let number = self.word(|letter| letter.is_ascii_digit() || letter == '-');
        // A number below zero counts nothing here.
        let digits = number.strip_prefix('-').unwrap_or(number);
        let parsed = digits.parse().ok()?;
        Some(Value::Number(if digits.len() < number.len() { 0 } else { parsed }))
    }

    /// A text up to its quotation mark; a backslash takes the next letter as it is.
    fn quoted(&mut self) -> Option<String> {
        let mut out = String::new();
        let mut letters = self.rest.char_indices();
        loop {
            match letters.next()? {
                (at, '"') => {
                    self.rest = self.rest.get(at.saturating_add(1)..)?;
                    return Some(out);
                }
                (_, '\\') => out.push(letters.next()?.1),
                (_, letter) => out.push(letter),
            }
        }
    }
}
