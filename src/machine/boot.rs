//! From what a VM starts, and in which order it tries.
//!
//! Source: `PVE::QemuServer::Drive` and `device_bootorder_to_legacy` of qemu-server 9.2.6:
//! `order` counts alone where it is stated; before it there were letters and `bootdisk`.

use super::config::Config;

/// Keys of drives and network cards in the order in which the machine tries to start
/// from them; empty if nothing is stated.
#[must_use]
pub fn boot_order(config: &Config) -> Vec<String> {
    if let Some(order) = config.option("boot", "order") {
        return order.split(';').map(|key| key.trim().to_owned()).collect();
    }
    let stated = config.line("boot").is_some() || config.line("bootdisk").is_some();
    let legacy = config.option("boot", "legacy").unwrap_or("cdn");
    let keys = |name: &str| config.numbered(name).into_iter().map(|line| line.key.clone());
    let mut order = Vec::new();
    for letter in legacy.chars().filter(|_| stated) {
        match letter {
            'c' => order.extend(config.value("bootdisk").map(str::to_owned)),
            'd' => order.extend(
                config.lines().iter().filter(|line| line.is_optical()).map(|line| line.key.clone()),
            ),
            'n' => order.extend(keys("net")),
            _ => {}
        }
    }
    order
}
