//! Why a command could not be done, and the exit codes.

use std::process::ExitCode;

use vma_inspector::file_system::Fault;
use vma_inspector::source::{Error, ErrorKind, Foreign};

use super::words::{has, size, text, with};

/// What a command ended in, from the best to the worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// Sound, also where a drive is left out on purpose.
    #[default]
    Sound,
    /// There are remarks, or nothing is proven.
    Remarks,
    /// Something is lost, in doubt, or Proxmox would refuse it.
    Damaged,
    /// Nothing can be read of it.
    Unreadable,
}

impl Outcome {
    /// The exit code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Sound => 0,
            Self::Remarks => 1,
            Self::Damaged => 2,
            Self::Unreadable => 3,
        }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        outcome.code().into()
    }
}

/// Why a command could not be done.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The backup cannot be read, or is none.
    Backup(Error),
    /// A file in it cannot be had.
    File(Fault),
    /// What was asked for is not there, or cannot be.
    Usage(String),
    /// What was made cannot be written.
    Output(std::io::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Backup(error)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::File(fault)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
}

impl Failure {
    /// The exit code.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Backup(_) => 3,
            Self::File(_) => 2,
            Self::Usage(_) => 64,
            Self::Output(_) => 74,
        }
    }

    /// What is said of it: in words, and for whoever asks further.
    pub(crate) fn words(&self) -> Vec<String> {
        match self {
            Self::Backup(error) => {
                let (title, text) = backup_words(error);
                vec![title, text, error.to_string()]
            }
            Self::File(fault) => {
                let key = format!("file-fault.{}", fault.kind.code());
                let said = if has(&key) { text(&key) } else { fault.kind.code().to_owned() };
                vec![said, fault.about.clone()]
            }
            Self::Usage(said) => vec![said.clone()],
            // Whoever reads has enough.
            Self::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Vec::new(),
            Self::Output(error) => vec![format!("cannot be written: {error}")],
        }
    }
}

/// The page's words for a backup that cannot be read: a heading, and what to do.
pub(crate) fn backup_words(error: &Error) -> (String, String) {
    if let ErrorKind::Foreign { found, packed_by } = error.kind() {
        return foreign_words(found, packed_by);
    }
    let key = |part| format!("failure.{}.{part}", error.code());
    if has(&key("title")) && has(&key("text")) {
        return (text(&key("title")), text(&key("text")));
    }
    (text("failure-unknown.title"), String::new())
}

/// What a file is that holds no backup. As the page's `words/foreign.js` has it.
fn foreign_words(found: &Foreign, packed_by: &[&'static str]) -> (String, String) {
    let (title, rest) = foreign_contents(found, packed_by);
    let Some(outer) = packed_by.first() else { return (title, rest) };
    if matches!(found, Foreign::PackedAgain { .. }) {
        return (title, rest);
    }
    let is_as_it_is = matches!(
        found,
        Foreign::ContainerBackup
            | Foreign::OldBackup(_)
            | Foreign::Tar(_)
            | Foreign::Nothing
            | Foreign::Text
            | Foreign::Html
            | Foreign::Utf16
            | Foreign::VzdumpLog
            | Foreign::Zeros { .. }
    );
    let command = format!("{} FILE", unpacking(outer));
    let named = [("outer", (*outer).into()), ("command", command.into()), ("rest", rest.into())];
    let key = if is_as_it_is { "foreign.packed.told" } else { "foreign.packed.unpack" };
    (title, with(key, &named))
}

fn unpacking(container: &str) -> &'static str {
    match container {
        "zstd" => "zstd -d",
        "lzop" => "lzop -d",
        "gzip" => "gunzip",
        _ => "bunzip2",
    }
}

fn foreign_contents(found: &Foreign, packed_by: &[&'static str]) -> (String, String) {
    match found {
        Foreign::PackedAgain { by } => {
            let outer = packed_by.first().copied().unwrap_or_default();
            let command = format!("{} FILE", unpacking(outer));
            let named =
                [("outer", outer.into()), ("inner", (*by).into()), ("command", command.into())];
            (text("foreign.packed-again.title"), with("foreign.packed-again.text", &named))
        }
        Foreign::Zeros { start, places, is_all } => {
            let named = [("size", size(*start).into()), ("count", (*places).into())];
            match (is_all, places) {
                (true, _) => (text("foreign.zeros.title"), with("foreign.zeros.text", &named)),
                (false, 0) => {
                    (text("foreign.zeros-seen.title"), with("foreign.zeros-start.text", &named))
                }
                _ => (text("foreign.zeros-seen.title"), with("foreign.zeros-seen.text", &named)),
            }
        }
        other => {
            let key = |part| format!("foreign.{}.{part}", other.code());
            (text(&key("title")), text(&key("text")))
        }
    }
}
