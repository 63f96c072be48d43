//! What is looked at in a Linux, and where it stands by default.

use super::fact::FactKind;
use super::item::{Item, Look, System};
use super::logins::logins;
use super::settings::{addresses, line, os_release, table, users};
use super::walk::Walk;
use crate::file_system::{FileType, Result};

/// Linux, in the root of a file system or in the subvolume of btrfs that Debian, Ubuntu,
/// Fedora or openSUSE puts it in.
pub static LINUX: System = System {
    roots: &["", "@rootfs", "@", "root", "@/.snapshots/1/snapshot"],
    sign: "etc",
    ignores_case: false,
    items: &ITEMS,
};

const fn item(path: &'static str, look: Look, kind: FactKind) -> Item {
    Item { path, look, kind, about: "" }
}

const fn with(path: &'static str, look: Look, kind: FactKind, about: &'static str) -> Item {
    Item { path, look, kind, about }
}

/// A service whose directory is there.
const fn kept(about: &'static str, path: &'static str) -> Item {
    with(path, directory, FactKind::Service, about)
}

/// A service that systemd starts with the system.
const fn started(about: &'static str, path: &'static str) -> Item {
    with(path, unit, FactKind::Service, about)
}

/// In the order of what is told. Where each stands is the default of the program's own
/// documentation, or of Debian's or Red Hat's package of it.
static ITEMS: [Item; 72] = [
    item("etc/os-release", os_release, FactKind::System),
    item("usr/lib/os-release", os_release, FactKind::System),
    item("etc/redhat-release", line, FactKind::System),
    with("etc/alpine-release", line, FactKind::System, "Alpine Linux "),
    with("etc/debian_version", line, FactKind::System, "Debian "),
    item("etc/hostname", line, FactKind::Hostname),
    item("etc/machine-id", line, FactKind::MachineId),
    item("boot", kernels, FactKind::Kernel),
    item("lib/modules", modules, FactKind::Kernel),
    item("var/log/wtmp", logins, FactKind::Boot),
    // systemd-random-seed.service(8): it is saved at the start and at shutdown.
    item("var/lib/systemd/random-seed", changed, FactKind::BootOrShutdown),
    // systemd-timesyncd.service(8): it is touched while the system runs.
    item("var/lib/systemd/timesync/clock", changed, FactKind::Running),
    item("etc/passwd", users, FactKind::User),
    item("etc/fstab", table, FactKind::Mount),
    item("etc/crypttab", table, FactKind::Encrypted),
    item("etc/network/interfaces", addresses, FactKind::Address),
    with("etc/network/interfaces.d", addresses, FactKind::Address, ""),
    with("etc/netplan", addresses, FactKind::Address, ".yaml"),
    with("etc/NetworkManager/system-connections", addresses, FactKind::Address, ".nmconnection"),
    with("etc/systemd/network", addresses, FactKind::Address, ".network"),
    with("var/lib/postgresql", versions, FactKind::Service, "PostgreSQL"),
    with("var/lib/pgsql/data/PG_VERSION", version, FactKind::Service, "PostgreSQL"),
    with("var/lib/mysql/mariadb_upgrade_info", version, FactKind::Service, "MariaDB"),
    with("var/lib/mysql/mysql_upgrade_info", version, FactKind::Service, "MySQL, MariaDB"),
    kept("MySQL, MariaDB", "var/lib/mysql"),
    kept("MongoDB", "var/lib/mongodb"),
    kept("MongoDB", "var/lib/mongo"),
    kept("Redis", "var/lib/redis"),
    kept("InfluxDB", "var/lib/influxdb"),
    kept("Elasticsearch", "var/lib/elasticsearch"),
    kept("RabbitMQ", "var/lib/rabbitmq"),
    kept("OpenLDAP", "var/lib/ldap"),
    kept("Docker", "var/lib/docker"),
    kept("Podman", "var/lib/containers"),
    kept("Kubernetes", "etc/kubernetes"),
    kept("k3s", "var/lib/rancher/k3s"),
    kept("libvirt", "var/lib/libvirt/images"),
    kept("Proxmox VE", "var/lib/pve-cluster"),
    kept("Proxmox Backup Server", "etc/proxmox-backup"),
    kept("GitLab", "var/opt/gitlab"),
    kept("Gitea", "var/lib/gitea"),
    kept("Jenkins", "var/lib/jenkins"),
    kept("Nextcloud", "var/www/nextcloud"),
    kept("WordPress", "var/lib/wordpress"),
    kept("Zabbix", "etc/zabbix"),
    kept("Grafana", "var/lib/grafana"),
    kept("Prometheus", "var/lib/prometheus"),
    kept("nginx", "etc/nginx"),
    kept("Apache", "etc/apache2/sites-enabled"),
    kept("Apache", "etc/httpd/conf"),
    kept("Caddy", "etc/caddy"),
    kept("HAProxy", "etc/haproxy"),
    kept("Squid", "etc/squid"),
    kept("Let's Encrypt", "etc/letsencrypt/live"),
    kept("Postfix", "var/spool/postfix"),
    kept("Exim", "var/spool/exim4"),
    kept("Dovecot", "etc/dovecot"),
    kept("BIND", "etc/bind"),
    kept("Unbound", "etc/unbound"),
    kept("WireGuard", "etc/wireguard"),
    kept("OpenVPN", "etc/openvpn/server"),
    kept("Asterisk", "etc/asterisk"),
    kept("Home Assistant", "usr/share/hassio"),
    started("Samba", "smbd.service"),
    started("Samba", "smb.service"),
    started("Samba", "samba-ad-dc.service"),
    started("NFS", "nfs-server.service"),
    started("Tomcat", "tomcat10.service"),
    started("Tomcat", "tomcat9.service"),
    started("Tomcat", "tomcat.service"),
    started("ISC DHCP", "isc-dhcp-server.service"),
    started("Kea", "kea-dhcp4-server.service"),
];

/// Kernels by their files in `/boot`: `vmlinuz-` and the release.
fn kernels(walk: &mut Walk<'_>, item: &Item) -> Result<()> {
    for (name, _) in walk.names(item.path)? {
        if let Some(release) = name.strip_prefix("vmlinuz-") {
            let path = format!("{}/{name}", item.path);
            walk.tell(item.kind, &path, &[release], None);
        }
    }
    Ok(())
}

/// Kernels by the directories of their modules.
fn modules(walk: &mut Walk<'_>, item: &Item) -> Result<()> {
    for (name, file_type) in walk.names(item.path)? {
        if matches!(file_type, None | Some(FileType::Directory)) {
            let path = format!("{}/{name}", item.path);
            walk.tell(item.kind, &path, &[&name], None);
        }
    }
    Ok(())
}

/// When a file was changed.
fn changed(walk: &mut Walk<'_>, item: &Item) -> Result<()> {
    if let Some(time) = walk.file(item.path)?.and_then(|node| node.modified) {
        item.tell_time(walk, item.kind, time.seconds);
    }
    Ok(())
}

/// Whether a directory is there.
fn directory(walk: &mut Walk<'_>, item: &Item) -> Result<()> {
    let found = walk.find(item.path)?;
    if found.is_some_and(|node| node.file_type == FileType::Directory) {
        item.tell_service(walk, item.path, "");
    }
    Ok(())
}

/// Whether a unit is wanted by the target that systems start to.
fn unit(walk: &mut Walk<'_>, item: &Item) -> Result<()> {
    let folder = "etc/systemd/system/multi-user.target.wants";
    // What is there is a link into a package's files: it counts, wherever it leads.
    if walk.names(folder)?.iter().any(|(name, _)| name == item.path) {
        item.tell_service(walk, &format!("{folder}/{}", item.path), "");
    }
    Ok(())
}

/// A service whose directory has one for each version.
fn versions(walk: &mut Walk<'_>, item: &Item) -> Result<()> {
    for (name, file_type) in walk.names(item.path)? {
        let is_version = name.starts_with(|letter: char| letter.is_ascii_digit());
        if is_version && matches!(file_type, None | Some(FileType::Directory)) {
            item.tell_service(walk, &format!("{}/{name}", item.path), &name);
        }
    }
    Ok(())
}

/// A service whose version stands in a file of its data.
fn version(walk: &mut Walk<'_>, item: &Item) -> Result<()> {
    let text = walk.text(item.path)?;
    if let Some(version) = text.split_whitespace().next() {
        item.tell_service(walk, item.path, version);
    }
    Ok(())
}
