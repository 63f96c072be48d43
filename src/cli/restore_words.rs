//! What a restore in Proxmox VE would do with the file, as far as the verdict needs it. As
//! the page's `words/restore.js` has it.

use vma_inspector::proxmox::restore::{Death, Restore};
use vma_inspector::proxmox::restored::{Warning, warnings};
use vma_inspector::source::Error;

use super::inspected::Inspected;
use super::shown::plainly;
use super::words::{text, with};

/// What a restore would do, and what the machine has otherwise then.
pub(crate) struct Restored {
    pub(crate) restore: Restore,
    pub(crate) warnings: Vec<Warning>,
    has_unnamed: bool,
}

impl Restored {
    pub(crate) fn of(inspected: &Inspected) -> Result<Self, Error> {
        let left_out = inspected.left_out().unwrap_or_default();
        let config = inspected.conf_text().unwrap_or_default();
        let has_vmstate = inspected.header().devices().iter().any(|d| d.name == "vmstate");
        // Without a configuration every device is one that it does not name.
        let devices = inspected.devices();
        let left_out = if inspected.conf_text().is_some() {
            left_out
        } else {
            vma_inspector::machine::left_out::LeftOut::compare("", &devices)
        };
        Ok(Self {
            restore: inspected.restore()?,
            warnings: warnings(&config, &left_out, has_vmstate),
            has_unnamed: !left_out.unnamed.is_empty(),
        })
    }

    /// Whether what is in the file ends a restore.
    pub(crate) fn dies_by_contents(&self) -> bool {
        self.restore.deaths.iter().any(|death| !matches!(death, Death::Name(_)))
    }

    /// Whether its name does, which a person can change.
    pub(crate) fn dies_by_name(&self) -> bool {
        self.restore.deaths.iter().any(|death| matches!(death, Death::Name(_)))
    }

    /// The first words that a restore ends with for what is in the file.
    pub(crate) fn stops(&self, inspected: &Inspected) -> Option<String> {
        let by_contents = |death: &&Death| !matches!(death, Death::Name(_));
        let deaths = self.restore.deaths.iter().filter(by_contents);
        deaths.flat_map(|death| printed(death, inspected)).next()
    }

    /// What ends a restore, each in a line: what is printed, and what that means.
    pub(crate) fn ends(&self, inspected: &Inspected) -> Vec<String> {
        self.restore.deaths.iter().map(|death| end(death, inspected)).collect()
    }

    /// Whether what is restored is not in every way the old machine, beside the drives of
    /// which that was said already.
    pub(crate) fn is_other_machine(&self, told: &[&str]) -> bool {
        let matters = self.warnings.iter().any(|warning| match warning {
            Warning::BecomesComment { drive, .. } | Warning::KeepsOldVolume { drive, .. } => {
                !told.contains(&drive.as_str())
            }
            Warning::MachineTooOld { .. } => true,
            _ => false,
        });
        matters || (self.has_unnamed && told.is_empty())
    }
}

fn end(death: &Death, inspected: &Inspected) -> String {
    let explained = match death {
        Death::Header(_) | Death::Data(_) => None,
        Death::Unpacker(said) => Some(unpacker_ends(said.exit, inspected)),
        other => Some(text(&format!("restore.death.{}", other.code()))),
    };
    let printed = printed(death, inspected).join(" ");
    let printed = Some(plainly(&printed)).filter(|words| !words.is_empty());
    printed.into_iter().chain(explained).collect::<Vec<_>>().join(": ")
}

/// What is printed, line by line, as far as it is known.
fn printed(death: &Death, inspected: &Inspected) -> Vec<String> {
    let name = inspected.name.as_deref().unwrap_or("-");
    let lines: Vec<String> = match death {
        Death::Unpacker(said) => said.lines.iter().filter_map(|line| line.printed(name)).collect(),
        other => other.message().into_iter().collect(),
    };
    let lines = lines.iter().map(|line| line.trim().to_owned());
    lines.filter(|line| !line.is_empty()).collect()
}

fn unpacker_ends(exit: u8, inspected: &Inspected) -> String {
    let program = inspected.program().map(|program| program.command().join(" "));
    let named =
        [("program", program.unwrap_or_default().into()), ("exit", exit.to_string().into())];
    with("restore.death.unpacker", &named)
}
