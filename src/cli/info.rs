//! What backups say of themselves, without anything of their data being read.

use std::path::Path;

use vma_inspector::export::file_name::safe_name;
use vma_inspector::machine::qemu_server_conf::QemuServerConf;

use super::args::{Backup, Config, List};
use super::failure::{Failure, Outcome, backup_words};
use super::inspected::{Input, Inspected};
use super::output::{give, say};
use super::shown::plainly;
use super::verify::backups_in;
use super::words::{exact_size, size, text};

/// Tells what a backup says of itself.
pub(crate) fn info(asked: &Backup) -> Result<Outcome, Failure> {
    let inspected = Inspected::open(Input::open(&asked.backup)?)?;
    let header = inspected.header();
    let mut lines = Vec::new();
    if let Some(name) = &inspected.name {
        lines.push(format!("{}, {}", plainly(name), exact_size(inspected.file_size())));
    }
    lines.push(machine(&inspected));
    lines.push(format!("uuid  {}", header.uuid()));
    for device in header.devices() {
        let memory = if device.is_vmstate() { ", saved memory" } else { "" };
        let size = exact_size(device.size);
        lines.push(format!("disk  {}  {size}{memory}", safe_name(&device.name)));
    }
    for config in header.configs() {
        let bytes = vma_inspector::source::to_u64(config.data.len());
        lines.push(format!("configuration  {}  {}", plainly(&config.name), size(bytes)));
    }
    say(&lines.join("\n"))?;
    Ok(Outcome::Sound)
}

/// The machine's name, when the backup was made, what it is packed in.
fn machine(inspected: &Inspected) -> String {
    let named = inspected.conf_text().and_then(|text| QemuServerConf::parse(&text).name);
    let name = named.map_or_else(|| text("head.no-name"), |name| plainly(&name));
    let made = inspected.backup_name().and_then(|name| name.vmid);
    let made = made.map(|vmid| format!("  VM {}", plainly(&vmid)));
    let kind = inspected.contents().container().map_or("plain", |container| container.name());
    format!("machine  {name}{}  {kind}", made.unwrap_or_default())
}

/// Writes a configuration.
pub(crate) fn config(asked: &Config) -> Result<Outcome, Failure> {
    let inspected = Inspected::open(Input::open(&asked.backup.backup)?)?;
    let configs = inspected.header().configs();
    let found = configs.iter().find(|config| config.name == asked.name);
    let Some(found) = found else {
        let names: Vec<String> = configs.iter().map(|config| plainly(&config.name)).collect();
        let known = if names.is_empty() { "none".into() } else { names.join(", ") };
        let named = plainly(&asked.name);
        return Err(Failure::Usage(format!("no {named} in this backup; there is {known}")));
    };
    give(&found.data)?;
    Ok(Outcome::Sound)
}

/// Lists the backups of a folder.
pub(crate) fn list(asked: &List) -> Result<Outcome, Failure> {
    let mut worst = Outcome::Sound;
    for path in backups_in(&asked.folder)? {
        let (outcome, said) = in_a_line(&path);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        say(&format!("{}\t{said}", plainly(&name)))?;
        worst = worst.max(outcome);
    }
    Ok(worst)
}

fn in_a_line(path: &Path) -> (Outcome, String) {
    match Input::open(path).and_then(Inspected::open) {
        Ok(inspected) => {
            let disks = inspected.header().devices().iter();
            let disks = disks.map(|disk| format!("{} {}", safe_name(&disk.name), size(disk.size)));
            let disks = disks.collect::<Vec<_>>().join(", ");
            let all = [size(inspected.file_size()), machine(&inspected), disks];
            (Outcome::Sound, all.join("\t"))
        }
        Err(error) => (Outcome::Unreadable, backup_words(&error).0),
    }
}
