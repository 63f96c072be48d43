//! Which disk of a backup is meant.

use vma_inspector::archive::header::Device;

use super::failure::Failure;
use super::inspected::Inspected;
use super::shown::plainly;

/// The device of that name, such as `scsi0` or `drive-scsi0`, or of that number; without
/// one the only disk that there is.
pub(crate) fn device<'a>(
    inspected: &'a Inspected,
    named: Option<&str>,
) -> Result<&'a Device, Failure> {
    let devices = inspected.header().devices();
    let Some(named) = named else {
        let mut disks = devices.iter().filter(|device| !device.is_vmstate());
        return match (disks.next(), disks.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(Failure::Usage("there is no disk in this backup".into())),
            _ => Err(Failure::Usage(format!("say which disk: {}", names(devices)))),
        };
    };
    let by_name = |wanted: &str| devices.iter().find(|device| device.name == wanted);
    let number = named.parse().ok();
    let found = by_name(named)
        .or_else(|| by_name(&format!("drive-{named}")))
        .or_else(|| devices.iter().find(|device| Some(device.id.get()) == number));
    found.ok_or_else(|| {
        let known = names(devices);
        Failure::Usage(format!("no disk {} in this backup; there is {known}", plainly(named)))
    })
}

fn names(devices: &[Device]) -> String {
    let names: Vec<String> = devices.iter().map(|device| plainly(&device.name)).collect();
    if names.is_empty() { "none".into() } else { names.join(", ") }
}
