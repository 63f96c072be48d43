//! What Proxmox would do with the file, as the report has it.

use serde_json::{Value, json};

use vma_inspector::container::Container;
use vma_inspector::machine::device_map;
use vma_inspector::machine::left_out::{Drive, LeftOut, State};
use vma_inspector::proxmox::Verdict;
use vma_inspector::proxmox::backup_name::{BackupName, Problem};
use vma_inspector::proxmox::renamed::Remark;
use vma_inspector::proxmox::restore::command;
use vma_inspector::proxmox::restored::Warning;
use vma_inspector::proxmox::unpacker::Program;
use vma_inspector::source::Error;

use super::super::facts::Scanned;
use super::super::inspected::Inspected;
use super::plain::masked;

pub(super) fn file_name(inspected: &Inspected, name: &str) -> Value {
    let container = inspected.contents().container();
    let judged = BackupName::judge(name, container, inspected.header().ctime());
    let named = match judged.problem {
        Some(Problem::Container { named }) => Some(named.map_or("plain", Container::name)),
        _ => None,
    };
    let remarks = inspected.name_remarks();
    json!({
        "accepted": judged.problem.is_none(),
        "problem": judged.problem.map(Problem::code),
        "named": named,
        "right": judged.right,
        "vmid": judged.vmid,
        "timeFrom": judged.time_from.name(),
        "standard": judged.is_standard,
        "message": judged.problem.and_then(Problem::message),
        "costs": judged.costs().iter().map(|cost| cost.code()).collect::<Vec<_>>(),
        "remarks": remarks.iter().map(remark).collect::<Vec<_>>(),
    })
}

fn remark(remark: &Remark) -> Value {
    let (named, found) = match remark {
        Remark::Time { named, written, .. } => (named, written.clone()),
        Remark::Vmid { named, volumes } => (named, volumes.join(", ")),
    };
    json!({ "code": remark.code(), "named": named, "found": found })
}

pub(super) fn prediction(inspected: &Inspected) -> Value {
    let unpacks = match inspected.contents().container() {
        None => "not-packed",
        Some(container) => match inspected.unpacker_says(Program::of(container)) {
            Ok(Some(said)) if said.is_ok() => "ok",
            Ok(Some(_)) => "fails",
            Ok(None) | Err(_) => "not-known",
        },
    };
    let foretold = inspected.prediction();
    json!({
        "unpacks": unpacks,
        "list": said(foretold.list.as_ref()),
        "verify": said(foretold.verify.as_ref()),
        "extract": said(foretold.extract.as_ref()),
    })
}

fn said(verdict: Option<&Verdict>) -> Value {
    verdict.map_or(
        Value::Null,
        |verdict| json!({ "verdict": verdict.code(), "message": verdict.message() }),
    )
}

/// What a restore would do. Without `secrets`, what looks like a password in the texts of
/// the configuration is left out.
pub(super) fn restore(scanned: &Scanned<'_>, name: &str, secrets: bool) -> Result<Value, Error> {
    let inspected = scanned.inspected;
    let restore = &scanned.restored.restore;
    let text = inspected.conf_text().unwrap_or_default();
    let left_out = LeftOut::compare(&text, &inspected.devices());
    let deaths = restore.deaths.iter();
    let deaths = deaths.map(|death| json!({ "code": death.code(), "message": death.message() }));
    let storages = restore.storages.iter();
    let storages =
        storages.map(|storage| json!({ "name": storage.name, "drives": storage.drives }));
    let unread = device_map::read(&text).1;
    let unread = unread.iter().map(|map| json!({ "line": map.line, "why": map.why.code() }));
    let warnings = scanned.restored.warnings.iter().map(warning);
    Ok(json!({
        "decided": restore.is_decided,
        "deaths": deaths.collect::<Vec<_>>(),
        "storages": storages.collect::<Vec<_>>(),
        "command": command(inspected.name.as_deref(), None, None),
        "unpacker": unpacker(inspected, name)?,
        "warnings": masked(warnings.collect::<Vec<_>>().into(), secrets),
        "leftOut": masked(left_out_fields(&left_out), secrets),
        "unreadMaps": unread.collect::<Vec<_>>(),
    }))
}

fn unpacker(inspected: &Inspected, name: &str) -> Result<Value, Error> {
    let Some(program) = inspected.program() else { return Ok(Value::Null) };
    let Some(said) = inspected.unpacker_says(program)? else { return Ok(Value::Null) };
    let lines = said.lines.iter();
    let lines = lines.map(|line| json!({ "code": line.code(), "text": line.printed(name) }));
    Ok(json!({
        "command": program.command().join(" "),
        "exit": said.exit,
        "exact": said.is_exact(),
        "lines": lines.collect::<Vec<_>>(),
    }))
}

fn warning(warning: &Warning) -> Value {
    let (subject, detail): (Option<&str>, Option<&str>) = match warning {
        Warning::BecomesComment { drive, is_in_boot_order } => {
            (Some(drive), is_in_boot_order.then_some("boot"))
        }
        Warning::KeepsOldVolume { drive, volume } => (Some(drive), Some(volume)),
        Warning::CdromStays { drive } | Warning::CloudInitMadeAnew { drive } => (Some(drive), None),
        Warning::LineDropped { key, option } => (Some(key), Some(option)),
        Warning::MachineTooOld { machine } => (Some(machine), None),
        Warning::SectionDropped { section } => (Some(section), None),
        Warning::EfiLeftOut | Warning::RamThrownAway => (None, None),
    };
    json!({ "code": warning.code(), "subject": subject, "detail": detail })
}

fn left_out_fields(left_out: &LeftOut) -> Value {
    let unnamed = left_out.unnamed.iter();
    let unnamed = unnamed.map(|device| json!({ "name": device.name, "size": device.size }));
    json!({
        "drives": left_out.drives.iter().map(drive).collect::<Vec<_>>(),
        "unnamed": unnamed.collect::<Vec<_>>(),
    })
}

fn drive(drive: &Drive) -> Value {
    let device = match &drive.state {
        State::InBackup { device } => Some(device),
        _ => None,
    };
    json!({
        "key": drive.key,
        "volume": drive.volume,
        "size": drive.size,
        "passthrough": drive.is_passthrough,
        "mapped": drive.is_mapped,
        "state": drive.state.code(),
        "device": device,
    })
}
