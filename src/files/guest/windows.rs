//! What is looked at in a Windows: its registry, in a few keys.

use uuid::Uuid;

use super::fact::FactKind;
use super::hive::{Hive, Key};
use super::item::{Item, Look, System};
use super::walk::Walk;
use crate::file_system::Result;
use crate::source::{le_u32, le_u64};

/// Windows, from NT on.
pub static WINDOWS: System =
    System { roots: &[""], sign: "Windows/System32/config", ignores_case: true, items: &ITEMS };

const SOFTWARE: &str = "Windows/System32/config/SOFTWARE";
const SYSTEM: &str = "Windows/System32/config/SYSTEM";

/// Where the version of Windows stands.
const VERSION: &str = r"Microsoft\Windows NT\CurrentVersion";

/// The first build of Windows 11, whose registry goes on to say that it is Windows 10.
const ELEVEN: u32 = 22000;

/// Seconds from the beginning of 1601, from which Windows counts, to that of 1970.
const SECONDS_1601: i64 = 11_644_473_600;

const fn item(path: &'static str, look: Look, kind: FactKind, about: &'static str) -> Item {
    Item { path, look, kind, about }
}

/// In the order of what is told.
static ITEMS: [Item; 9] = [
    item(SOFTWARE, log, FactKind::UnreplayedLog, ""),
    item(SYSTEM, log, FactKind::UnreplayedLog, ""),
    item(SOFTWARE, version, FactKind::System, ""),
    item(SOFTWARE, build, FactKind::Build, ""),
    item(SYSTEM, hostname, FactKind::Hostname, ""),
    item(SYSTEM, shutdown, FactKind::Shutdown, ""),
    item(SOFTWARE, profiles, FactKind::User, ""),
    item(SYSTEM, drives, FactKind::Drive, ""),
    item(SYSTEM, services, FactKind::Service, ""),
];

/// Services by the names that their programs install them under.
const SERVICES: [(&str, &str); 9] = [
    ("MSSQLSERVER", "Microsoft SQL Server"),
    ("NTDS", "Active Directory"),
    ("DNS", "DNS Server"),
    ("DHCPServer", "DHCP Server"),
    ("W3SVC", "Internet Information Services"),
    ("MSExchangeIS", "Microsoft Exchange"),
    ("vmms", "Hyper-V"),
    ("MySQL80", "MySQL"),
    ("MariaDB", "MariaDB"),
];

/// What is told: words, and a time.
type Told = (Vec<String>, Option<i64>);

/// Tells what `ask` finds in the item's hive.
fn with(
    walk: &mut Walk<'_>,
    item: &Item,
    ask: fn(&Hive<'_, '_>, &mut Vec<Told>) -> Result<()>,
) -> Result<()> {
    let Some(node) = walk.file(item.path)? else { return Ok(()) };
    let mut told = Vec::new();
    ask(&Hive::open(walk, node.id)?, &mut told)?;
    for (words, seconds) in told {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        walk.tell(item.kind, item.path, &words, seconds);
    }
    Ok(())
}

/// Whether changes may wait in the logs of the hive.
fn log(walk: &mut Walk<'_>, item: &Item) -> Result<()> {
    let Some(node) = walk.file(item.path)? else { return Ok(()) };
    if Hive::open(walk, node.id)?.is_dirty() {
        walk.tell(item.kind, item.path, &[item.path], None);
    }
    Ok(())
}

fn version(walk: &mut Walk<'_>, item: &Item) -> Result<()> {
    with(walk, item, |hive, told| {
        let Some(key) = hive.key(VERSION)? else { return Ok(()) };
        let Some(mut name) = hive.text(&key, "ProductName")? else { return Ok(()) };
        let build = hive.text(&key, "CurrentBuild")?.and_then(|build| build.parse::<u32>().ok());
        if build.is_some_and(|build| build >= ELEVEN)
            && let Some(edition) = name.strip_prefix("Windows 10")
        {
            name = format!("Windows 11{edition}");
        }
        let newer = hive.text(&key, "DisplayVersion")?;
        let version =
            newer.map_or_else(|| hive.text(&key, "ReleaseId"), |newer| Ok(Some(newer)))?;
        if let Some(version) = version {
            name = format!("{name} {version}");
        }
        told.push((vec![name], None));
        Ok(())
    })
}

fn build(walk: &mut Walk<'_>, item: &Item) -> Result<()> {
    with(walk, item, |hive, told| {
        let Some(key) = hive.key(VERSION)? else { return Ok(()) };
        let Some(mut build) = hive.text(&key, "CurrentBuild")? else { return Ok(()) };
        if let Some(revision) = hive.number(&key, "UBR")? {
            build = format!("{build}.{revision}");
        }
        told.push((vec![build], None));
        Ok(())
    })
}

/// The set of settings that Windows started with last, and what is below it.
fn current(hive: &Hive<'_, '_>, path: &str) -> Result<Option<Key>> {
    let Some(select) = hive.key("Select")? else { return Ok(None) };
    let Some(number) = hive.number(&select, "Current")? else { return Ok(None) };
    hive.key(&format!(r"ControlSet{number:03}\{path}"))
}

fn hostname(walk: &mut Walk<'_>, item: &Item) -> Result<()> {
    with(walk, item, |hive, told| {
        // The name in the network is not cut to 15 letters in capitals.
        for (path, value) in [
            (r"Services\Tcpip\Parameters", "Hostname"),
            (r"Control\ComputerName\ComputerName", "ComputerName"),
        ] {
            let Some(key) = current(hive, path)? else { continue };
            if let Some(name) = hive.text(&key, value)? {
                told.push((vec![name], None));
                break;
            }
        }
        Ok(())
    })
}

fn shutdown(walk: &mut Walk<'_>, item: &Item) -> Result<()> {
    with(walk, item, |hive, told| {
        let Some(key) = current(hive, r"Control\Windows")? else { return Ok(()) };
        let value = hive.value(&key, "ShutdownTime")?.filter(|bytes| bytes.len() == 8);
        let seconds = value.map(|bytes| le_u64(&bytes, 0) / 10_000_000);
        if let Some(seconds) = seconds.and_then(|seconds| i64::try_from(seconds).ok()) {
            told.push((Vec::new(), Some(seconds.saturating_sub(SECONDS_1601))));
        }
        Ok(())
    })
}

/// Who has a profile, but for the system's own users.
fn profiles(walk: &mut Walk<'_>, item: &Item) -> Result<()> {
    with(walk, item, |hive, told| {
        let Some(list) = hive.key(&format!(r"{VERSION}\ProfileList"))? else { return Ok(()) };
        for (id, key) in hive.children(&list)? {
            // Ids of a machine's or of a domain's users.
            if !id.starts_with("S-1-5-21-") {
                continue;
            }
            if let Some(path) = hive.text(&key, "ProfileImagePath")? {
                let name = path.rsplit('\\').next().unwrap_or_default().to_owned();
                told.push((vec![name, path], None));
            }
        }
        Ok(())
    })
}

/// Letters of drives: where each one's partition is.
fn drives(walk: &mut Walk<'_>, item: &Item) -> Result<()> {
    with(walk, item, |hive, told| {
        let Some(key) = hive.key("MountedDevices")? else { return Ok(()) };
        for (name, bytes) in hive.named_values(&key)? {
            let Some(letter) = name.strip_prefix(r"\DosDevices\") else { continue };
            let guid = bytes.strip_prefix(b"DMIO:ID:");
            // Others are no disks, or say in words what they are.
            let (disk, offset) = match guid.and_then(|guid| guid.try_into().ok()) {
                Some(guid) => (Uuid::from_bytes_le(guid).to_string(), String::new()),
                None if bytes.len() == 12 => {
                    (format!("{:08x}", le_u32(&bytes, 0)), le_u64(&bytes, 4).to_string())
                }
                None => continue,
            };
            told.push((vec![letter.to_owned(), disk, offset], None));
        }
        Ok(())
    })
}

fn services(walk: &mut Walk<'_>, item: &Item) -> Result<()> {
    with(walk, item, |hive, told| {
        for (service, name) in SERVICES {
            let Some(key) = current(hive, &format!(r"Services\{service}"))? else { continue };
            // 2: it is started with the system.
            if hive.number(&key, "Start")? == Some(2) {
                told.push((vec![name.to_owned(), String::new()], None));
            }
        }
        Ok(())
    })
}
