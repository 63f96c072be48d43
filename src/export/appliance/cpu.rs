//! The processor, as QEMU and libvirt have it.
//!
//! Source: `PVE/QemuServer/CPUConfig.pm` of qemu-server 9.2.6 (C): the default,
//! Proxmox's own models and of what QEMU's they are made, and the Hyper-V
//! enlightenments of Windows.

use super::left_out::LeftOut;
use super::machine::{Arch, Machine};
use super::text::is_word;

/// Flags of Proxmox's own models, which are `qemu64` with these.
const X86_64_V2: &str = "popcnt pni sse4.1 sse4.2 ssse3";
const X86_64_V3: &str = "abm aes avx avx2 bmi1 bmi2 f16c fma movbe xsave";
const X86_64_V4: &str = "avx512bw avx512cd avx512dq avx512f avx512vl";

/// A processor.
pub(super) struct Cpu {
    /// QEMU's name of its model; `host` for that of the host.
    pub(super) model: String,
    /// What it has beyond the model, or lacks.
    pub(super) flags: Vec<(bool, String)>,
    /// Enlightenments of Hyper-V beside those of every Windows.
    pub(super) hyperv: Vec<&'static str>,
    /// Whether the guest does not see that there is KVM.
    pub(super) is_hidden: bool,
    pub(super) vendor_id: Option<String>,
    /// Bits of a physical address, `host` for as many as the host has.
    pub(super) phys_bits: Option<String>,
    pub(super) level: Option<String>,
}

impl Cpu {
    /// That of a machine; of what could not be carried, a line is left.
    pub(super) fn of(machine: &Machine, left_out: &mut Vec<LeftOut>) -> Self {
        let option = |name| machine.config.option("cpu", name);
        let default = if machine.arch == Arch::X86_64 { "kvm64" } else { "cortex-a57" };
        let stated = option("cputype").unwrap_or(default);
        let (model, mut flags) = model(stated);
        let is_custom = stated.starts_with("custom-") || !is_word(stated);
        if is_custom {
            let told = LeftOut::replaced("cpu", stated, "the host's");
            left_out.push(told.so("what the model is stands in a file of the old host"));
        }
        let mut hyperv = Vec::new();
        for flag in option("flags").unwrap_or("").split(';').filter(|flag| !flag.is_empty()) {
            let named = flag.strip_prefix('+').map(|name| (true, name));
            let named = named.or_else(|| flag.strip_prefix('-').map(|name| (false, name)));
            match named {
                Some((true, "hv-tlbflush")) => hyperv.push("tlbflush"),
                Some((true, "hv-evmcs")) => hyperv.push("evmcs"),
                Some((false, "hv-tlbflush" | "hv-evmcs")) => {}
                Some((is_on, name)) if is_word(name) && name != "nested-virt" => {
                    flags.push((is_on, name.to_owned()));
                }
                _ => left_out.push(LeftOut::new("cpu", flag, super::Reason::NoPlace)),
            }
        }
        if machine.os_type == "solaris" {
            flags.push((false, "x2apic".to_owned()));
        }
        Self {
            model: if is_custom { "host".to_owned() } else { model },
            flags,
            hyperv,
            is_hidden: machine.flag_option("cpu", "hidden"),
            vendor_id: option("hv-vendor-id").filter(|id| is_word(id)).map(str::to_owned),
            phys_bits: option("phys-bits").filter(|bits| is_word(bits)).map(str::to_owned),
            level: option("level").filter(|level| is_word(level)).map(str::to_owned),
        }
    }
}

/// QEMU's model, and what Proxmox gives it beyond.
fn model(stated: &str) -> (String, Vec<(bool, String)>) {
    let (model, flags) = match stated {
        "x86-64-v2" => ("qemu64", X86_64_V2.to_owned()),
        "x86-64-v2-AES" => ("qemu64", format!("aes {X86_64_V2}")),
        "x86-64-v3" => ("qemu64", format!("{X86_64_V2} {X86_64_V3}")),
        "x86-64-v4" => ("qemu64", format!("{X86_64_V2} {X86_64_V3} {X86_64_V4}")),
        "kvm64" => ("kvm64", "lahf_lm sep".to_owned()),
        "kvm32" => ("kvm32", "sep".to_owned()),
        other => (other, String::new()),
    };
    let flags = flags.split_whitespace().map(|flag| (true, flag.to_owned())).collect();
    (model.to_owned(), flags)
}
