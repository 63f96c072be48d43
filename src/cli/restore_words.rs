//! What a restore in Proxmox VE would do with the file, as far as the verdict needs it. As
//! the page's `words/restore.js` has it.

use vma_inspector::proxmox::restore::{Death, Restore};
use vma_inspector::proxmox::restored::{Warning, warnings};
use vma_inspector::source::Error;

use super::inspected::Inspected;

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
