//! The network cards of a machine.

use super::drive::boot_place;
use super::left_out::LeftOut;
use crate::machine::config::{Config, Line};

/// A network card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Card {
    pub(super) key: String,
    pub(super) model: String,
    pub(super) mac: Option<String>,
    /// The network that it is plugged into, as Proxmox VE tells them apart: a
    /// bridge and a VLAN.
    pub(super) network: Option<String>,
    /// Whether its cable is pulled.
    pub(super) is_down: bool,
    pub(super) boot: Option<u32>,
    /// What the config says of it.
    pub(super) line: Line,
}

impl Card {
    /// A number that is an option of it, in digits.
    pub(super) fn number(&self, option: &str) -> Option<&str> {
        let is_number = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        self.line.option(option).filter(is_number)
    }
}

pub(super) fn cards(config: &Config, left_out: &mut Vec<LeftOut>) -> Vec<Card> {
    config.numbered("net").into_iter().map(|line| card(config, line, left_out)).collect()
}

fn card(config: &Config, line: &Line, left_out: &mut Vec<LeftOut>) -> Card {
    let mac = line.option("macaddr");
    if let Some(odd) = mac.filter(|mac| !is_mac(mac)) {
        left_out.push(LeftOut::replaced(&line.key, odd, "another MAC address"));
    }
    let network = line.option("bridge").map(|bridge| match line.option("tag") {
        Some(tag) => format!("{bridge} VLAN {tag}"),
        None => bridge.to_owned(),
    });
    Card {
        key: line.key.clone(),
        model: line.option("model").unwrap_or_default().to_owned(),
        mac: mac.filter(|mac| is_mac(mac)).map(str::to_owned),
        network,
        is_down: line.flag("link_down") == Some(true),
        boot: boot_place(config, &line.key),
        line: line.clone(),
    }
}

/// Whether it is an address that one card can have: not of zeros alone, and not
/// one of many.
fn is_mac(mac: &str) -> bool {
    let hex = |pair: &str| pair.len() == 2 && pair.bytes().all(|b| b.is_ascii_hexdigit());
    // The lowest bit of the first byte marks an address of many.
    let is_of_one = mac.as_bytes().get(1).is_some_and(|digit| b"02468aceACE".contains(digit));
    let is_zero = mac.bytes().all(|byte| matches!(byte, b'0' | b':'));
    mac.split(':').count() == 6 && mac.split(':').all(hex) && is_of_one && !is_zero
}
