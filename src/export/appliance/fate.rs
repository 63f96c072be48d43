//! What becomes of each setting in each target: it is carried over, or it is
//! listed with the reason. Nothing is in neither: what is not named here is
//! listed.
//!
//! What depends on the value is said by who writes it; for the table below it
//! counts as carried.

use super::left_out::{LeftOut, Reason};
use super::machine::Machine;
use super::text::clean;
use crate::machine::config::Line;
use crate::machine::grammar::{self, WHOLE};

/// What is made of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Libvirt,
    Qemu,
    Ovf,
}

/// What is left out of an option, and what follows.
struct Lost(Reason, Option<&'static str>, bool);

/// What of a machine's settings `target` has no place for.
#[inline(never)]
pub(super) fn lost(machine: &Machine, target: Target) -> Vec<LeftOut> {
    let mut left_out = machine.left_out.clone();
    for line in machine.config.lines().iter().filter(|line| !machine.is_told(line)) {
        let mut of_line: Vec<LeftOut> = Vec::new();
        // As it stands, if nothing of it is carried.
        let mut is_whole = true;
        for (option, value) in &line.options {
            let Some(Lost(reason, follows, is_danger)) = fate(line, option, target) else {
                is_whole = false;
                continue;
            };
            let whole = if option.is_empty() { value.clone() } else { format!("{option}={value}") };
            let mut told = LeftOut::new(&line.key, &whole, reason);
            (told.follows, told.is_danger) = (follows, is_danger);
            let same =
                |other: &&mut LeftOut| other.reason == told.reason && other.follows == told.follows;
            match of_line.iter_mut().find(same) {
                Some(other) => {
                    other.value.push(',');
                    other.value.push_str(&told.value);
                }
                None => of_line.push(told),
            }
        }
        if let ([all], true) = (&mut of_line[..], is_whole) {
            all.value = clean(&line.value);
        }
        left_out.extend(of_line);
    }
    left_out
}

fn fate(line: &Line, option: &str, target: Target) -> Option<Lost> {
    let key = grammar::key_of(&line.key);
    let is_known = key.is_some_and(|(key, _)| {
        key.options.contains(&option) || (key.options.is_empty() && option == WHOLE)
    });
    if !is_known {
        return Some(Lost(Reason::Unknown, None, false));
    }
    let name = match (line.name.as_str(), line.number) {
        ("ide" | "sata" | "scsi" | "virtio", _) => "drive",
        // One key without a number is a switch, those with one are nodes.
        ("numa", Some(_)) => "numaN",
        (name, _) => name,
    };
    if is_carried_by_all(name, option) {
        return None;
    }
    if let Some(lost) = lost_in_all(name, option) {
        return Some(lost);
    }
    let is_carried = match target {
        Target::Libvirt => !lost_in_libvirt(name, option),
        Target::Qemu => !lost_in_qemu(name, option),
        Target::Ovf => is_in_ovf(name, option),
    };
    (!is_carried).then(|| Lost(Reason::NoPlace, follows(name, option, target), false))
}

fn is_carried_by_all(name: &str, option: &str) -> bool {
    match name {
        "arch" | "bios" | "boot" | "bootdisk" | "cores" | "memory" | "name" | "ostype"
        | "scsihw" | "smp" | "sockets" => true,
        "cpu" => option == "cputype",
        "machine" => option == "type",
        "net" => matches!(option, "model" | "macaddr" | "bridge" | "tag" | "link_down"),
        "drive" | "efidisk" | "tpmstate" => matches!(option, "file" | "media" | "size"),
        "serial" => true,
        _ => false,
    }
}

fn lost_in_all(name: &str, option: &str) -> Option<Lost> {
    let plain = |reason| Some(Lost(reason, None, false));
    let so = |reason, follows| Some(Lost(reason, Some(follows), false));
    match (name, option) {
        ("autostart" | "hookscript" | "hotplug" | "lock" | "meta" | "migrate_downtime", _)
        | ("migrate_speed" | "onboot" | "parent" | "protection" | "running-nets-host-mtu", _)
        | ("runningcpu" | "runningmachine" | "shares" | "snaptime" | "startup" | "tags", _)
        | ("template" | "unused" | "vmstate" | "vmstatestorage", _)
        | ("agent", "freeze-fs" | "freeze-fs-on-backup" | "fstrim_cloned_disks")
        | ("drive", "backup" | "format" | "import-from" | "replicate" | "shared")
        | ("efidisk" | "tpmstate", "format" | "import-from")
        | ("net", "host-tunnel")
        | ("cpu", "reported-model") => plain(Reason::ProxmoxOnly),
        ("hugepages" | "keephugepages" | "virtiofs" | "affinity", _)
        | ("numaN", "hostnodes" | "policy")
        | ("drive", "scsiblock")
        | ("usb", "mapping") => plain(Reason::OldHost),
        ("hostpci", _) => so(Reason::OldHost, "give the machine a device of the new one by hand"),
        ("amd-sev" | "intel-tdx", _) => {
            so(Reason::OldHost, "the memory of the machine is not encrypted")
        }
        ("cipassword" | "citype" | "ciupgrade" | "ciuser" | "cicustom" | "ipconfig", _)
        | ("nameserver" | "searchdomain" | "sshkeys", _) => plain(Reason::CloudInit),
        ("args", _) => so(Reason::NoPlace, "arguments of QEMU, which may run programs"),
        ("net", "firewall") => {
            let follows = "the rules of Proxmox VE's firewall protect it no more";
            Some(Lost(Reason::NoPlace, Some(follows), true))
        }
        ("net", "trunks") => plain(Reason::NoPlace),
        ("cpu", "guest-phys-bits" | "nested-virt") => plain(Reason::NoPlace),
        _ => None,
    }
}

fn lost_in_libvirt(name: &str, option: &str) -> bool {
    match name {
        "freeze" => true,
        "cpu" => option == "level",
        "drive" => option == "model",
        _ => false,
    }
}

fn lost_in_qemu(name: &str, option: &str) -> bool {
    match name {
        "description" | "cpulimit" | "cpuunits" | "spice_enhancements" | "parallel" => true,
        "net" => matches!(option, "rate" | "queues"),
        "drive" => matches!(option, "cyls" | "heads" | "secs" | "trans"),
        _ => false,
    }
}

fn is_in_ovf(name: &str, _option: &str) -> bool {
    matches!(name, "description")
}

/// What follows where a target has no place for an option.
fn follows(name: &str, option: &str, target: Target) -> Option<&'static str> {
    Some(match (name, option, target) {
        ("freeze", _, _) => "start it with “virsh start --paused”",
        ("acpi", _, Target::Ovf) => "the target's machines have ACPI, which the guest was without",
        ("localtime" | "startdate", _, Target::Ovf) => {
            "its clock may be hours off until the target's setting is made"
        }
        ("smbios1", "uuid", Target::Ovf) => "licences that hang on it have to be renewed",
        ("efidisk", "efitype" | "ms-cert" | "pre-enrolled-keys", _) => {
            "the firmware's variables are new: boot entries and keys of Secure Boot with them"
        }
        ("tpmstate", _, _) => "the target's TPM is a new one, or there is none",
        ("kvm", _, Target::Ovf) => "the target does not emulate the processor",
        ("agent", _, _) => "the target's own tools take its place",
        _ => return None,
    })
}
