//! What is looked at, in tables.

use super::fact::{Fact, FactKind};
use super::walk::Walk;
use crate::file_system::Result;

/// A system whose files are known.
#[derive(Debug)]
pub struct System {
    /// Directories that may be its root, in a volume that has several.
    pub(super) roots: &'static [&'static str],
    /// What stands in its root, and in no other.
    pub(super) sign: &'static str,
    /// Whether `a` and `A` are the same in a name.
    pub(super) ignores_case: bool,
    pub(super) items: &'static [Item],
}

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// From the root of the system.
    pub(super) path: &'static str,
    pub(super) look: Look,
    pub(super) kind: FactKind,
    /// What the look is to be told beside the path: most need nothing.
    pub(super) about: &'static str,
}

/// Looks at an item. It does a bounded amount of work, and starts anew if it lacks something.
pub(super) type Look = fn(&mut Walk<'_>, &Item) -> Result<()>;

impl Item {
    /// The same in what is mounted at `folder`, from the root of that; `None` if it stands
    /// elsewhere.
    pub(super) fn below(&self, folder: &str) -> Option<Self> {
        let rest = self.path.strip_prefix(folder)?;
        let is_below = rest.is_empty() || rest.starts_with('/');
        is_below.then(|| Self { path: rest.trim_start_matches('/'), ..*self })
    }

    /// Tells a fact that stands in the item's file.
    pub(super) fn tell(&self, walk: &mut Walk<'_>, words: &[&str]) {
        walk.tell(self.kind, self.path, words, None);
    }

    /// Tells a time that the item's file says.
    pub(super) fn tell_time(&self, walk: &mut Walk<'_>, kind: FactKind, seconds: i64) {
        walk.tell(kind, self.path, &[], Some(seconds));
    }

    /// Tells the item's service; without a version not if it, or what stands in its
    /// directory, was told before.
    pub(super) fn tell_service(&self, walk: &mut Walk<'_>, path: &str, version: &str) {
        let inside = format!("/{path}/");
        let is_same = |fact: &Fact| {
            fact.kind == self.kind
                && (fact.words.first().is_some_and(|name| name == self.about)
                    || fact.path.contains(&inside))
        };
        if !version.is_empty() || !walk.facts.iter().any(is_same) {
            walk.tell(self.kind, path, &[self.about, version], None);
        }
    }
}
