//! The report as JSON, in the layout that the page saves: `tests/report-1.schema.json`.

mod disk;
mod plain;
mod proxmox;

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use vma_inspector::archive::finding::Finding;
use vma_inspector::archive::findings::Findings;
use vma_inspector::container::{ContainerFinding, Contents, End};
use vma_inspector::machine::qemu_server_conf::{self, QemuServerConf};
use vma_inspector::source::{GapKind, ReadAt, gaps, hex, to_u64};

use self::disk::device;
use self::plain::{MASK, masked, shown_json};
use self::proxmox::{file_name, prediction, restore};
use super::answer::Answer;
use super::checked::checked_rows;
use super::facts::Scanned;
use super::failure::Failure;
use super::words::text;

/// The report. Without `secrets`, configurations and notes are left out, and what looks
/// like a password.
pub(crate) fn json(
    scanned: &Scanned<'_>,
    answer: &Answer,
    secrets: bool,
) -> Result<String, Failure> {
    let inspected = scanned.inspected;
    let name = inspected.name.clone().unwrap_or_else(|| "-".into());
    let findings = all_findings(scanned);
    let whole = json!({
        "schema": "vma-inspector-report/1",
        "createdAt": now(),
        "program": { "name": "VMA Inspector", "version": env!("CARGO_PKG_VERSION") },
        "file": { "name": name, "size": inspected.file_size() },
        "fileName": file_name(inspected, &name),
        "verdict": verdict(scanned, answer),
        "proxmox": prediction(inspected),
        "restore": restore(scanned, &name, secrets)?,
        "container": container(scanned),
        "scan": scan(scanned),
        "header": header(scanned),
        "machine": machine(scanned, secrets),
        "configs": configs(scanned, secrets),
        "devices": scanned.disks.iter().map(|disk| device(scanned, disk)).collect::<Vec<_>>(),
        "saves": [],
        "findingGroups": groups(&findings),
        "findings": findings.iter().map(finding).collect::<Vec<_>>(),
    });
    let written = serde_json::to_string_pretty(&whole).unwrap_or_default();
    Ok(shown_json(&written))
}

/// Those of the scan, or of the header where the scan has none.
fn all_findings(scanned: &Scanned<'_>) -> Findings {
    let found = scanned.inspected.scan.found().findings();
    if found.count() > 0 {
        return found.clone();
    }
    let mut of_header = Findings::default();
    of_header.extend(scanned.inspected.header().findings().iter().cloned());
    of_header
}

/// Now, in UTC: days are counted from 1970 on in eras of 400 years that begin in March.
fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (seconds, milliseconds) = (since.as_secs(), since.subsec_millis());
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let days = days.saturating_add(719_468);
    let (era, day) = (days / 146_097, days % 146_097);
    let leaps = (day / 1460).saturating_add(day / 146_096).saturating_sub(day / 36_524);
    let year = day.saturating_sub(leaps) / 365;
    let before = (year.saturating_mul(365)).saturating_add(year / 4).saturating_sub(year / 100);
    let of_year = day.saturating_sub(before);
    let month = of_year.saturating_mul(5).saturating_add(2) / 153;
    let of_month = of_year.saturating_sub(month.saturating_mul(153).saturating_add(2) / 5);
    let (calendar_month, later) =
        if month < 10 { (month.saturating_add(3), 0) } else { (month.saturating_sub(9), 1) };
    let year = year.saturating_add(era.saturating_mul(400)).saturating_add(later);
    format!(
        "{year:04}-{calendar_month:02}-{:02}T{:02}:{:02}:{:02}.{milliseconds:03}Z",
        of_month.saturating_add(1),
        second / 3600,
        second / 60 % 60,
        second % 60,
    )
}

fn verdict(scanned: &Scanned<'_>, answer: &Answer) -> Value {
    let rows = checked_rows(scanned);
    let rows = rows.iter().map(|row| {
        json!({
            "what": row.what,
            "against": row.against,
            "result": row.result,
            "tone": row.tone.code(),
        })
    });
    json!({
        "tone": answer.tone.code(),
        "title": answer.title,
        "text": answer.words(),
        "checked": rows.collect::<Vec<_>>(),
        "notChecked": text("checked.not"),
    })
}

fn container(scanned: &Scanned<'_>) -> Value {
    let packing = &scanned.packing;
    let contents: &Contents = scanned.inspected.archive.contents();
    let progress = contents.progress();
    let layers = contents.layers();
    let left_out = layers.iter().map(|layer| layer.findings_left_out());
    let verdict = packing
        .verdict()
        .map(|said| json!({ "tone": said.tone.code(), "title": said.title, "text": said.text }));
    json!({
        "kind": packing.kind(),
        "inside": packing.names.iter().skip(1).collect::<Vec<_>>(),
        "contentsSize": contents.size(),
        "unpackedSize": contents.size().map(|size| size.saturating_sub(lost(contents, size))),
        "end": progress.end.map(End::name),
        "checksums": {
            "checked": packing.checksums.checked,
            "matched": packing.checksums.matched,
            "absent": packing.checksums.absent,
        },
        "findings": packing.findings.iter().map(container_finding).collect::<Vec<_>>(),
        "findingsLeftOut": left_out.sum::<u64>(),
        "checkpoints": progress.checkpoints,
        "checkpointBytes": progress.checkpoint_bytes,
        "verdict": verdict,
    })
}

/// Bytes of contents of `size` that nobody can have.
fn lost(contents: &Contents, size: u64) -> u64 {
    let lost = gaps(contents, 0..size).filter(|gap| gap.kind == GapKind::Lost);
    lost.map(|gap| gap.end.saturating_sub(gap.start)).fold(0, u64::saturating_add)
}

fn container_finding((layer, finding): &(usize, ContainerFinding)) -> Value {
    json!({
        "code": finding.code(),
        "layer": layer,
        "severity": finding.severity().name(),
        "offset": finding.offset,
        "archiveOffset": finding.contents_offset,
        "text": finding.to_string(),
    })
}

fn scan(scanned: &Scanned<'_>) -> Value {
    let found = scanned.inspected.scan.found();
    let extents = found.extents();
    let undeclared = found.undeclared().map(|(id, device)| {
        let bytes = device.stored_blocks.saturating_mul(vma_inspector::archive::unit::BLOCK_SIZE);
        json!({ "id": id.get(), "clusters": device.clusters, "storedBytes": bytes })
    });
    json!({
        "phase": "done",
        "scannedAt": null,
        "extents": {
            "count": extents.count,
            "checked": extents.checked,
            "broken": extents.broken,
            "clustersMin": extents.clusters_min,
            "clustersMax": extents.clusters_max,
            "clustersMean": mean(extents.clusters, extents.count),
            "headerBytes": extents.header_bytes,
            "dataBytes": extents.data_bytes,
            "skippedBytes": extents.skipped_bytes,
            "deviceSwitches": extents.device_switches,
            "mixed": extents.mixed,
            "clustersOutOfOrder": extents.clusters_out_of_order,
        },
        "undeclared": undeclared.collect::<Vec<_>>(),
    })
}

/// A quotient, rounded as numbers of this size are.
#[allow(clippy::as_conversions)]
fn mean(sum: u64, count: u64) -> f64 {
    if count == 0 { 0.0 } else { sum as f64 / count as f64 }
}

fn header(scanned: &Scanned<'_>) -> Value {
    let header = scanned.inspected.header();
    json!({
        "container": scanned.packing.kind(),
        "version": 1,
        "uuid": header.uuid().to_string(),
        "createdAt": header.ctime(),
        "headerSize": header.header_size(),
        "blobBufferOffset": header.blob_buffer_offset(),
        "blobBufferSize": header.blob_buffer_size(),
        "headerChecksum": {
            "ok": header.is_trusted(),
            "stated": hex(&header.stated_md5()),
            "computed": hex(&header.computed_md5()),
        },
        "totalClusters": header.total_clusters(),
    })
}

fn configs(scanned: &Scanned<'_>, secrets: bool) -> Vec<Value> {
    let configs = scanned.inspected.header().configs().iter();
    let text = |data: &[u8]| {
        let text = String::from_utf8(data.to_vec()).ok().filter(|_| secrets)?;
        let is_text = |letter: char| !letter.is_control() || "\t\n\r\u{c}".contains(letter);
        text.chars().all(|letter| is_text(letter) || letter > '\u{7f}').then_some(text)
    };
    configs
        .map(|config| {
            json!({
                "name": config.name,
                "size": config.data.len(),
                "text": text(&config.data),
                "masked": !secrets,
            })
        })
        .collect()
}

fn machine(scanned: &Scanned<'_>, secrets: bool) -> Value {
    let configs = scanned.inspected.header().configs();
    let conf = configs.iter().find(|config| config.name == qemu_server_conf::NAME);
    let Some(conf) = conf else { return Value::Null };
    let conf = QemuServerConf::parse(&String::from_utf8_lossy(&conf.data));
    // A person writes down there what others need not read.
    let notes = if secrets || conf.notes.is_empty() { conf.notes.clone() } else { MASK.into() };
    let networks = conf.networks.iter().map(|network| {
        json!({
            "key": network.key,
            "model": network.model,
            "mac": network.mac,
            "bridge": network.bridge,
            "vlan": network.vlan,
            "down": network.is_down,
        })
    });
    let disks = conf.disks.iter().map(|disk| machine_disk(scanned, disk));
    let facts = json!({
        "name": conf.name,
        "notes": notes,
        "osType": conf.os_type,
        "cores": conf.cores,
        "sockets": conf.sockets,
        "cpu": conf.cpu,
        "memoryMib": conf.memory_mib,
        "bios": conf.bios,
        "machine": conf.machine,
        "networks": networks.collect::<Vec<_>>(),
        "disks": disks.collect::<Vec<_>>(),
    });
    masked(facts, secrets)
}

fn machine_disk(scanned: &Scanned<'_>, disk: &qemu_server_conf::Disk) -> Value {
    let devices = scanned.inspected.header().devices();
    let mapped = disk.device.as_ref();
    let device = mapped.and_then(|mapped| devices.iter().find(|one| one.name == mapped.name));
    let stated = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    json!({
        "key": disk.key,
        "bus": disk.bus,
        "volume": disk.volume,
        "cdrom": disk.is_cdrom,
        "boots": disk.boots,
        "size": disk.size,
        "deviceName": mapped.map(|mapped| mapped.name.clone()),
        "deviceId": device.map(|device| device.id.get()),
        "storage": mapped.and_then(|mapped| stated(&mapped.storage)),
        "format": mapped.and_then(|mapped| stated(&mapped.format)),
    })
}

fn groups(findings: &Findings) -> Vec<Value> {
    let groups = findings.groups().map(|(code, group)| {
        json!({
            "code": code,
            "severity": group.severity().name(),
            "count": group.count(),
            "listed": to_u64(group.kept().len()),
        })
    });
    groups.collect()
}

fn finding(finding: &Finding) -> Value {
    let mut fields = Map::new();
    fields.insert("code".into(), finding.kind.code().into());
    fields.insert("severity".into(), finding.kind.severity().name().into());
    fields.insert("offset".into(), finding.offset.map(|offset| offset.0).into());
    fields.insert("deviceId".into(), finding.device.map(|device| device.get()).into());
    fields.insert("cluster".into(), finding.cluster.map(|cluster| cluster.0).into());
    fields.insert("clusterCount".into(), finding.cluster_count().into());
    fields.insert("expected".into(), finding.kind.expected().into());
    fields.insert("found".into(), finding.kind.found().into());
    fields.insert("text".into(), finding.to_string().into());
    Value::Object(fields)
}
