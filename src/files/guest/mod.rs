//! What the files of a system tell about the machine that it ran on.
//!
//! A [`Guest`] looks at a fixed list of small files and directories of an open
//! [`Volume`], [`LINUX`] or [`WINDOWS`], one after the other, and yields a [`Fact`] for
//! each thing that one of them says. It makes up nothing: a fact names the path that it
//! stands in, and what could not be read is told as [missed](Guest::missed).
//!
//! All of it is text that somebody else wrote: cut to [`TEXT_MAX`], and not cleaned.
//! Passwords and keys are never looked at.

mod fact;
mod hive;
mod item;
mod linux;
mod logins;
mod settings;
mod walk;
mod windows;

use std::collections::BTreeMap;
use std::rc::Rc;

pub use self::fact::{FACTS_MAX, Fact, FactKind, TEXT_MAX};
pub use self::item::System;
pub use self::linux::LINUX;
use self::walk::{Listed, Walk};
pub use self::windows::WINDOWS;
use super::{Missed, Step, Volume};
use crate::file_system::{FaultKind, FileType, NodeId, Result};

/// Looks for what files tell of the machine, one item in a step.
#[derive(Debug)]
pub struct Guest {
    of: &'static System,
    /// Where the volume is mounted, if that is not at the root: a path without `/` before it.
    folder: Option<String>,
    /// The root of the system, as soon as that is known.
    root: Option<(NodeId, String)>,
    next: usize,
    listed: BTreeMap<NodeId, Rc<Listed>>,
    facts: Vec<Fact>,
    missed: Vec<Missed>,
}

impl Guest {
    /// Of a system that is of this kind, if it is one. Nothing is read yet.
    #[must_use]
    pub fn new(of: &'static System) -> Self {
        let (listed, facts, missed) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self { of, folder: None, root: None, next: 0, listed, facts, missed }
    }

    /// Of a volume that such a system mounts at `folder`, as `/boot`: what stands there.
    #[must_use]
    pub fn mounted(of: &'static System, folder: &str) -> Self {
        Self { folder: Some(folder.trim_matches('/').to_owned()), ..Self::new(of) }
    }

    /// Looks at one more item. A volume that holds no such system is done at once.
    ///
    /// # Errors
    ///
    /// The source below cannot be read. What else is wrong is told as missed.
    pub fn step(&mut self, volume: &Volume) -> Result<Step> {
        let Some((root, prefix)) = self.root.clone() else { return self.find_root(volume) };
        let Some(item) = self.of.items.get(self.next) else { return Ok(Step::Done) };
        let here = self.folder.as_deref().map_or(Some(*item), |folder| item.below(folder));
        let Some(item) = &here else {
            self.next = self.next.saturating_add(1);
            return Ok(Step::GoesOn);
        };
        let looked = volume.attempt(|system| {
            let mut walk = Walk::new(system, root, &self.listed, self.of.ignores_case);
            walk.facts.clone_from(&self.facts);
            (item.look)(&mut walk, item)?;
            Ok((walk.listed, walk.facts))
        });
        match looked {
            Ok(None) => return Ok(Step::Wanting),
            Ok(Some((listed, mut facts))) => {
                for fact in facts.iter_mut().skip(self.facts.len()) {
                    fact.path.insert_str(0, &prefix);
                }
                self.listed = listed;
                self.facts = facts;
            }
            Err(fault) if matches!(fault.kind, FaultKind::Source(_)) => return Err(fault),
            Err(fault) => {
                let path = format!("{prefix}/{}", item.path);
                // What is wrong with a directory is so for all services that are looked for in it.
                let is_told = |missed: &Missed| {
                    missed.path == path || (item.kind == FactKind::Service && missed.fault == fault)
                };
                if !self.missed.iter().any(is_told) {
                    self.missed.push(Missed { path, fault });
                }
            }
        }
        self.next = self.next.saturating_add(1);
        Ok(Step::GoesOn)
    }

    /// What was found so far, in the order of the items.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// What is there or may be, and cannot be read: of services the first, where the same is
    /// wrong with several.
    #[must_use]
    pub fn missed(&self) -> &[Missed] {
        &self.missed
    }

    /// Finds where the system's root is.
    fn find_root(&mut self, volume: &Volume) -> Result<Step> {
        let top = volume.system().root();
        if let Some(folder) = &self.folder {
            self.root = Some((top, format!("/{folder}")));
            return Ok(Step::GoesOn);
        }
        let found = volume.attempt(|system| {
            for root in self.of.roots {
                let mut walk = Walk::new(system, top, &self.listed, self.of.ignores_case);
                let Some(node) = walk.find(root)? else { continue };
                if node.file_type != FileType::Directory {
                    continue;
                }
                let mut inside = Walk::new(system, node.id, &self.listed, self.of.ignores_case);
                let sign = inside.find(self.of.sign)?;
                if sign.is_some_and(|sign| sign.file_type == FileType::Directory) {
                    let slash = if root.is_empty() { "" } else { "/" };
                    return Ok(Some((node.id, format!("{slash}{root}"))));
                }
            }
            Ok(None)
        });
        match found {
            Ok(None) => Ok(Step::Wanting),
            Ok(Some(root)) if root.is_some() => {
                self.root = root;
                Ok(Step::GoesOn)
            }
            Ok(Some(_)) => Ok(Step::Done),
            Err(fault) if matches!(fault.kind, FaultKind::Source(_)) => Err(fault),
            Err(fault) => {
                // It is done: nothing is known of where else to look.
                if self.missed.is_empty() {
                    self.missed.push(Missed { path: format!("/{}", self.of.sign), fault });
                }
                Ok(Step::Done)
            }
        }
    }
}
