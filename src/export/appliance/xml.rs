//! XML in which no text can become markup.
//!
//! What is called for every element is kept out of line: speed does not matter
//! here, the size of the wasm does.

use super::text::clean;

/// A document that is being written, one element a line.
pub(super) struct Xml {
    text: String,
    open: Vec<&'static str>,
}

/// Attributes: names and values.
type Attributes<'a> = &'a [(&'a str, &'a str)];

impl Xml {
    /// A document with its declaration.
    pub(super) fn new() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), open: Vec::new() }
    }

    /// Opens an element; what follows stands in it, until it is
    /// [closed](Self::close).
    #[inline(never)]
    pub(super) fn open(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.start(name, attributes);
        self.text.push_str(">\n");
        self.open.push(name);
    }

    /// Closes the element that was opened last.
    pub(super) fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.indent();
            self.end(name);
        }
    }

    /// An element with nothing in it.
    #[inline(never)]
    pub(super) fn empty(&mut self, name: &str, attributes: Attributes<'_>) {
        self.start(name, attributes);
        self.text.push_str("/>\n");
    }

    /// An element with a text in it.
    #[inline(never)]
    pub(super) fn text(&mut self, name: &str, attributes: Attributes<'_>, text: &str) {
        self.start(name, attributes);
        self.text.push('>');
        self.escaped(text);
        self.end(name);
    }

    /// An element with a text of some lines in it.
    pub(super) fn lines(&mut self, name: &str, text: &str) {
        self.start(name, &[]);
        self.text.push('>');
        for (number, line) in text.lines().enumerate() {
            if number > 0 {
                self.text.push('\n');
            }
            self.escaped(line);
        }
        self.end(name);
    }

    /// The document, its open elements closed.
    pub(super) fn done(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }

    #[inline(never)]
    fn start(&mut self, name: &str, attributes: Attributes<'_>) {
        self.indent();
        self.text.push('<');
        self.text.push_str(name);
        for (name, value) in attributes {
            self.text.push(' ');
            self.text.push_str(name);
            self.text.push_str("=\"");
            self.escaped(value);
            self.text.push('"');
        }
    }

    fn end(&mut self, name: &str) {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push_str(">\n");
    }

    fn indent(&mut self) {
        for _ in &self.open {
            self.text.push_str("  ");
        }
    }

    #[inline(never)]
    fn escaped(&mut self, text: &str) {
        for c in clean(text).chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                _ => self.text.push(c),
            }
        }
    }
}
