//! A message of `vma`, taken apart: what is always printed, and what hangs on
//! the folder that `vma extract` is given or on chance.

use super::Verdict;

/// Said at the end, where the second disk of a name is to be renamed and its
/// file is gone: seen in part.
pub(super) const RENAMED_BEFORE: &str =
    "rename tmp-disk-%s.raw to disk-%s.raw failed - No such file or directory";

/// A stretch of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Printed as it stands.
    Fixed(String),
    /// A file's name: the target folder stands in front of it, and where it
    /// ends in `.XXXXXX`, six letters by chance for these.
    File(String),
}

impl Word {
    /// Its text, as the message has it.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Fixed(text) | Self::File(text) => text,
        }
    }
}

/// Words that stand in front of a file's name, and those behind it.
const AROUND: [(&str, &str); 7] = [
    ("can't create file ", ".raw: "),
    ("Could not create ", ".raw': "),
    ("Failed to create file “", "”"),
    ("Failed to rename file “", "”"),
    ("” to “", "”"),
    ("rename tmp-disk-", ".raw to disk-"),
    (" to disk-", " failed - "),
];

impl Verdict {
    /// Whether each word but for files' names is known to be the program's own:
    /// of one that was seen only in part, or was put together from what its
    /// libraries say, it is not.
    #[must_use]
    pub fn is_letter_for_letter(&self) -> bool {
        let says = |part: &str| self.message().is_some_and(|message| message.contains(part));
        let is_allocation = says("failed to allocate ") || says("overflow allocating ");
        !(is_allocation || says("is out of range for parameter") || says("rename"))
    }

    /// The message, taken apart; what is joined again is the message.
    #[must_use]
    pub fn words(&self) -> Vec<Word> {
        let mut rest = self.message().unwrap_or_default();
        let mut words = Vec::new();
        while let Some((before, file, behind)) = next_file(rest) {
            words.push(Word::Fixed(before.to_owned()));
            words.push(Word::File(file.to_owned()));
            rest = behind;
        }
        if !rest.is_empty() {
            words.push(Word::Fixed(rest.to_owned()));
        }
        words
    }
}

/// The next name of a file: what stands in front of it, itself, the rest.
fn next_file(text: &str) -> Option<(&str, &str, &str)> {
    let places = AROUND.into_iter().filter_map(|(front, back)| {
        // What a name begins with is the file's own, and so is the ending.
        let begin = if front.ends_with("disk-") { file_start(front) } else { front.len() };
        let start = text.find(front)?.saturating_add(begin);
        let from = text.get(start..)?;
        let own = if back.starts_with(".raw") { ".raw".len() } else { 0 };
        let end = start.saturating_add(from.find(back)?).saturating_add(own);
        Some((text.get(..start)?, text.get(start..end)?, text.get(end..)?))
    });
    places.min_by_key(|(before, _, _)| before.len())
}

/// Where in such words the file's name begins.
fn file_start(front: &str) -> usize {
    front.rfind(' ').map_or(0, |space| space.saturating_add(1))
}
