//! Domains and commands, given to libvirt and QEMU themselves.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::table::machine_of;
use super::*;

/// Holds domains against libvirt's schema, and has libvirt itself read them.
pub fn assert_libvirt_takes(confs: &[String]) {
    if !has("virt-xml-validate", &["--version"]) || !has("virsh", &["--version"]) {
        return;
    }
    let folder = path_of("domains", "d");
    fs::create_dir_all(&folder).expect("can be made");
    let schema = "/usr/share/libvirt/schemas/domain.rng";
    let mut names = Vec::new();
    let mut script = String::new();
    for (number, conf) in confs.iter().enumerate() {
        let options = Options { folder: String::new(), ..options() };
        let path = folder.join(format!("{number}.xml"));
        fs::write(&path, machine_of(conf).libvirt(&options).text).expect("writes");
        names.push(name_of(&path).to_owned());
        script.push_str(&format!("define {}\nundefine t\nundefine other\n", name_of(&path)));
    }
    let mut arguments = vec!["--noout", "--relaxng", schema];
    arguments.extend(names.iter().map(String::as_str));
    run("xmllint", &arguments);
    // The driver of libvirt's own tests: it reads a domain as all others do.
    let mut virsh = Command::new("virsh")
        .args(["--connect", "test:///default"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("virsh starts");
    let mut stdin = virsh.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || stdin.write_all(script.as_bytes()));
    let output = virsh.wait_with_output().expect("was started");
    writer.join().expect("ended").expect("writes");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let defined = String::from_utf8_lossy(&output.stdout).matches(" defined from ").count();
    assert_eq!(defined, confs.len(), "{told}");
    fs::remove_dir_all(folder).expect("was made");
}

/// Starts each machine with its command, held at its first instruction, and has
/// QEMU end by itself.
pub fn assert_qemu_starts(confs: &[String]) {
    let systems = ["qemu-system-x86_64", "qemu-system-aarch64"];
    if !systems.iter().all(|system| has(system, &["--version"])) || !files::has_qemu_img() {
        return;
    }
    let folder = path_of("machines", "d");
    fs::create_dir_all(&folder).expect("can be made");
    let at = |name: &str| name_of(&folder.join(name)).to_owned();
    for (name, size) in [("CODE_4M", 3_653_632), ("CODE", 1_966_080), ("CODE_ARM", 64 << 20)] {
        let file = fs::File::create(folder.join(name)).expect("can be made");
        file.set_len(size).expect("fits");
    }
    let mut wrong = Vec::new();
    for conf in confs {
        let machine = machine_of(conf);
        let options = Options { folder: name_of(&folder).to_owned(), ..options() };
        for drive in machine.drives() {
            let size = if conf.contains("aarch64") { 64 << 20 } else { drive.size };
            let raw = at(&machine.file_name(drive, "raw"));
            fs::File::create(&raw).and_then(|file| file.set_len(size)).expect("can be made");
            let disk = at(&machine.file_name(drive, "qcow2"));
            run("qemu-img", &["create", "-q", "-f", "qcow2", &disk, "1M"]);
        }
        let command = machine.qemu(&options).text;
        let command = command
            .replace("accel=kvm:tcg", "accel=tcg")
            .replace("/usr/share/OVMF/OVMF_CODE_4M.fd", &at("CODE_4M"))
            .replace("/usr/share/OVMF/OVMF_CODE.fd", &at("CODE"))
            .replace("/usr/share/AAVMF/AAVMF_CODE.fd", &at("CODE_ARM"))
            .replace("path=t-qga.sock", &format!("path={}", at("qga.sock")))
            .replace("mem-path=/dev/shm/", &format!("mem-path={}/", name_of(&folder)));
        wrong.extend(start(command.trim_end(), &at("qmp.sock")));
    }
    assert!(wrong.is_empty(), "{} of {}: {}", wrong.len(), confs.len(), wrong.join("\n"));
    fs::remove_dir_all(folder).expect("was made");
}

fn start(command: &str, socket: &str) -> Option<String> {
    let _ = fs::remove_file(socket);
    let script = format!(
        "exec {command} -S -display none -monitor none -qmp unix:{socket},server=on,wait=off"
    );
    let mut qemu = Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("QEMU starts");
    let answered = control(&mut qemu, socket);
    let output = qemu.wait_with_output().expect("was started");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    // What TCG lacks of a processor, KVM may have; a cable is meant to be pulled.
    let meant = ["TCG doesn't support requested feature", "is not connected to host network"];
    let lines = told.lines().filter(|line| !meant.iter().any(|meant| line.contains(meant)));
    let lines: Vec<_> = lines.collect();
    let is_right = output.status.success() && answered && lines.is_empty();
    (!is_right).then(|| format!("{command}\n{told}"))
}

/// Waits until QEMU has built the machine, and tells it to end.
fn control(qemu: &mut Child, socket: &str) -> bool {
    let stream = loop {
        if let Ok(stream) = UnixStream::connect(socket) {
            break stream;
        }
        if qemu.try_wait().expect("was started").is_some() {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a socket");
    let mut writer = stream.try_clone().expect("a socket");
    let mut lines = BufReader::new(stream).lines();
    let mut greeted = false;
    for request in ["qmp_capabilities", "query-status", "quit"] {
        let Some(Ok(line)) = lines.next() else { return false };
        greeted = greeted || line.contains("\"QMP\"");
        if writeln!(writer, "{{\"execute\": \"{request}\"}}").is_err() {
            return false;
        }
    }
    // Who hangs up takes back what QEMU has not read yet.
    while lines.next().is_some_and(|line| line.is_ok()) {}
    greeted
}
