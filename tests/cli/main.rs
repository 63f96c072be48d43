//! The program itself, over the fixtures: what it makes is held against `truth.json`, which
//! Proxmox's own program and another reader agreed on, and against `qemu-img`.

mod boot;
mod exported;
mod joined;
mod papers;
#[path = "../support/programs.rs"]
mod programs;
mod serve;

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use archive_writer::{ArchiveBuilder, Content, Device, Random};
use serde_json::Value;
use sha2::{Digest, Sha256};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_vma-inspector"))
}

fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().expect("the program runs")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it ends by itself")
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("it says text")
}

fn truth() -> Value {
    serde_json::from_slice(&fs::read(fixture("truth.json")).unwrap()).unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An empty folder of its own.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{name}"));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

const CONTAINERS: [&str; 4] =
    ["c-configs.vma", "c-configs.vma.zst", "c-configs.vma.lzo", "c-configs.vma.gz"];

#[test]
fn a_disk_out_of_every_container_is_the_one_that_went_in() {
    let truth = truth();
    let expected = truth["c-configs.vma"]["devices"][0]["sha256"].as_str().unwrap();
    for name in CONTAINERS {
        let path = fixture(name);
        let made = run(&["export", path.to_str().unwrap(), "-f", "raw", "-o", "-"]);
        assert_eq!((code(&made), sha256(&made.stdout).as_str()), (0, expected), "{name}");
    }
}

#[test]
fn the_same_is_told_and_made_by_any_number_of_threads() {
    let truth = truth();
    let folder = folder("threads");
    let backups = [&CONTAINERS[..], &["f1-gpt-ext4.vma.zst"]].concat();
    for name in backups {
        let path = fixture(name);
        let path = path.to_str().unwrap();
        let told = |threads: &str| {
            let report = run(&["report", "--json", "--threads", threads, path]);
            let mut told: Value = serde_json::from_slice(&report.stdout).unwrap();
            assert!(told.as_object_mut().unwrap().remove("createdAt").is_some());
            (code(&report), told)
        };
        let alone = told("0");
        assert_eq!(alone.1["schema"], "vma-inspector-report/1");
        let plain = name.split_inclusive(".vma").next().unwrap();
        let expected = truth[plain]["devices"][0]["sha256"].as_str().unwrap();
        for threads in ["0", "1", "2", "5"] {
            assert_eq!(told(threads), alone, "{name}, {threads} threads");
            let made = folder.join(format!("{name}-{threads}.raw"));
            let to = made.to_str().unwrap();
            let made_by = ["export", "--threads", threads, path, "-f", "raw", "-o", to];
            assert_eq!(code(&run(&made_by)), 0, "{name}, {threads} threads");
            assert_eq!(sha256(&fs::read(&made).unwrap()), expected, "{name}, {threads} threads");
        }
    }
}

/// The words are those of the program that Proxmox runs, as it says them itself.
#[test]
fn a_backup_that_proxmox_refuses_is_told_with_the_words_that_it_stops_with() {
    let path = folder("refused").join("vzdump-qemu-100-2026_11_22-21_49_29.vma.gz");
    let sound = fs::read(fixture("c-configs.vma.gz")).unwrap();
    fs::write(&path, [&sound[..], &[7; 5000]].concat()).unwrap();
    let unpacked = Command::new("zcat").arg(&path).output().expect("zcat runs");
    let words = String::from_utf8(unpacked.stderr).unwrap();
    let first = words.lines().find(|line| !line.trim().is_empty()).expect("it says something");
    let verified = said(&run(&["verify", path.to_str().unwrap()]));
    // The program is given the whole path, and the report the name alone.
    let first = first.replace(&format!("{}/", path.parent().unwrap().display()), "");
    let told = verified.lines().find(|line| line.contains("Proxmox stops with"));
    let told = told.unwrap_or_else(|| panic!("{verified}"));
    assert!(told.contains(first.trim()), "{told}, but: {words}");
}

#[test]
fn a_configuration_is_the_one_that_went_in() {
    let truth = truth();
    for config in truth["c-configs.vma"]["configs"].as_array().unwrap() {
        let name = config["name"].as_str().unwrap();
        let given = run(&["config", fixture("c-configs.vma.zst").to_str().unwrap(), name]);
        assert_eq!(sha256(&given.stdout), config["sha256"].as_str().unwrap(), "{name}");
    }
}

#[test]
fn a_file_has_holes_where_the_disk_has_zeros() {
    let path = folder("sparse").join("disk.raw");
    let backup = fixture("d-zero.vma");
    let made =
        run(&["export", backup.to_str().unwrap(), "-f", "raw", "-o", path.to_str().unwrap()]);
    assert_eq!(code(&made), 0);
    let facts = fs::metadata(&path).unwrap();
    assert_eq!((facts.len(), facts.blocks()), (8 << 20, 0));
    let truth = truth();
    let expected = truth["d-zero.vma"]["devices"][0]["sha256"].as_str().unwrap();
    assert_eq!(sha256(&fs::read(&path).unwrap()), expected);
    let again =
        run(&["export", backup.to_str().unwrap(), "-f", "raw", "-o", path.to_str().unwrap()]);
    assert_eq!(code(&again), 64, "what is there is not overwritten");
}

#[test]
fn every_format_holds_the_disk_as_a_file_and_through_a_pipe() {
    let folder = folder("formats");
    let backup = fixture("f1-gpt-ext4.vma.zst");
    let export = |format: &str, to: &Path| {
        let arguments =
            ["export", backup.to_str().unwrap(), "-f", format, "-o", to.to_str().unwrap()];
        assert_eq!(code(&run(&arguments)), 0, "{format}");
    };
    let raw = folder.join("raw");
    export("raw", &raw);
    let truth = truth();
    let expected = truth["f1-gpt-ext4.vma"]["devices"][0]["sha256"].as_str().unwrap();
    assert_eq!(sha256(&fs::read(&raw).unwrap()), expected);
    for (format, driver) in [
        ("qcow2", "qcow2"),
        ("vmdk", "vmdk"),
        ("vhd", "vpc"),
        ("vhdx", "vhdx"),
        ("vdi", "vdi"),
        ("qcow2-deflate", "qcow2"),
        ("vmdk-stream", "vmdk"),
        ("vmdk-stream-stored", "vmdk"),
    ] {
        let (file, piped) = (folder.join(format), folder.join(format!("{format}-piped")));
        export(format, &file);
        let arguments = ["export", backup.to_str().unwrap(), "-f", format, "-o", "-"];
        let out = File::create(&piped).unwrap();
        assert!(program().args(arguments).stdout(out).status().unwrap().success());
        for made in [file, piped] {
            let compared = Command::new("qemu-img")
                .args(["compare", "-f", "raw", "-F", driver])
                .args([&raw, &made])
                .status()
                .expect("qemu-img runs");
            assert!(compared.success(), "{}", made.display());
        }
    }
}

/// What comes through a pipe is kept for 64 MiB, and the first 8 MiB of it.
#[test]
fn a_long_lzo_is_compared_as_it_comes_through_a_pipe() {
    let plain = folder("long-lzo").join("long.vma");
    let content = Content::from_fn(|number| Some(Random::of_part(3, number.into()).bytes(65_536)));
    let disk = Device::new(1, "drive-scsi0", 120 << 20, content);
    ArchiveBuilder::new().device(disk).write_to(&mut File::create(&plain).unwrap()).unwrap();
    let packed = plain.with_extension("vma.lzo");
    let packing = Command::new("lzop").arg("-o").arg(&packed).arg(&plain).status();
    assert!(packing.expect("lzop is installed").success());
    fs::remove_file(&plain).unwrap();
    for threads in ["0", "2"] {
        let mut cat = Command::new("cat").arg(&packed).stdout(Stdio::piped()).spawn().unwrap();
        let pipe = cat.stdout.take().unwrap();
        let arguments = ["verify", "--threads", threads, "-"];
        let told = program().args(arguments).stdin(pipe).output().unwrap();
        cat.wait().unwrap();
        let said = said(&told);
        // Blocks of 256 KiB, of which each has one.
        assert!(said.contains("All 481 lzop checksums"), "{threads}: {said}");
    }
    fs::remove_file(&packed).unwrap();
}

#[test]
fn a_backup_that_comes_through_a_pipe_is_judged_by_its_contents() {
    for name in CONTAINERS {
        let file = File::open(fixture(name)).unwrap();
        let mut cat = Command::new("cat").stdin(file).stdout(Stdio::piped()).spawn().unwrap();
        let pipe = cat.stdout.take().unwrap();
        let told = program().args(["verify", "-"]).stdin(pipe).output().unwrap();
        assert!(cat.wait().unwrap().success());
        let by_name = run(&["verify", fixture(name).to_str().unwrap()]);
        assert_eq!(code(&told), code(&by_name), "{name}");
        let by_name = said(&by_name);
        // The name of the fixture, which Proxmox does not take, is remarked on top.
        for line in said(&told).lines() {
            assert!(by_name.lines().any(|known| known == line), "{name}: {line}");
        }
        assert!(told.stderr.is_empty(), "no progress where no terminal is");
    }
}

/// The fixture with a byte of its data changed, which is 500 bytes before the end.
fn damaged(name: &str, into: &Path) {
    let mut bytes = fs::read(fixture(name)).unwrap();
    let at = bytes.len() - 500;
    bytes[at] ^= 0x55;
    fs::write(into, bytes).unwrap();
}

#[test]
fn a_folder_gives_a_line_each_and_the_worst_exit_code() {
    let folder = folder("folder");
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    fs::copy(fixture("d-zero.vma"), path("a.vma")).unwrap();
    let verify = || run(&["verify", folder.to_str().unwrap()]);
    let sound = verify();
    assert_eq!(code(&sound), 1, "its name has no time, and a drive is not in it");
    damaged("c-configs.vma.gz", &folder.join("b.vma.gz"));
    assert_eq!(code(&verify()), 2);
    fs::write(path("c.vma"), "no backup at all, but some text\n").unwrap();
    let all = verify();
    assert_eq!(code(&all), 3);
    let said = said(&all);
    let words: Vec<&str> = said.lines().map(|line| line.split('\t').next().unwrap()).collect();
    assert_eq!(words, ["remarks", "damaged", "unreadable"], "{said}");
}

#[test]
fn names_out_of_the_file_system_never_reach_the_output_raw() {
    let folder = folder("names");
    let path = folder.join("a\u{1b}]0;owned\u{7}\n.vma");
    fs::copy(fixture("d-zero.vma"), path).unwrap();
    for command in ["verify", "list"] {
        let said = said(&run(&[command, folder.to_str().unwrap()]));
        assert_eq!(said.lines().count(), 1, "{said:?}");
        let is_raw = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
        assert!(!said.contains(is_raw), "{said:?}");
        assert!(said.contains("⟨U+001B⟩]0;owned⟨U+0007 U+000A⟩"), "{said:?}");
    }
}

#[test]
fn exit_codes_are_those_of_the_help() {
    assert_eq!(code(&run(&["--help"])), 0);
    assert_eq!(code(&run(&[])), 64);
    assert_eq!(code(&run(&["verify"])), 64);
    assert_eq!(code(&run(&["verify", "--no-such-option", "x"])), 64);
    assert_eq!(code(&run(&["verify", fixture("j-nodisk.vma").to_str().unwrap()])), 2);
    assert_eq!(code(&run(&["verify", fixture("lvm.pv.zst").to_str().unwrap()])), 3);
    assert_eq!(code(&run(&["info", "/nowhere/at/all.vma"])), 3);
}

#[test]
fn files_of_a_disk_are_those_that_went_in() {
    let truth = truth();
    let backup = fixture("f1-gpt-ext4.vma.zst");
    let mut compared = 0;
    for (path, sum) in files_of(&truth["f1-gpt-ext4.vma"]) {
        let place = format!("scsi0:2:/{path}");
        let given = run(&["cat", backup.to_str().unwrap(), &place]);
        assert_eq!((code(&given), sha256(&given.stdout)), (0, sum), "{path}");
        compared += 1;
    }
    assert!(compared > 0, "files were compared");
}

/// Files of the second partition, each with its SHA-256.
fn files_of(archive: &Value) -> Vec<(String, String)> {
    let partitions = archive["partitions"].as_array().unwrap();
    let second = partitions.iter().find(|partition| partition["n"] == 2).unwrap();
    let files = second["files"].as_array().unwrap().iter();
    let files = files.filter(|file| file["type"] == "file");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    files.map(|file| (text(&file["path"]), text(&file["sha256"]))).collect()
}

#[test]
fn a_reader_that_has_enough_hears_of_nothing() {
    let backup = fixture("c-configs.vma");
    let arguments = ["export", backup.to_str().unwrap(), "-f", "raw", "-o", "-"];
    let pipes = program().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut making = pipes.unwrap();
    drop(making.stdout.take());
    let ended = making.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    assert_ne!(ended.status.code(), Some(0), "it was not all written");
}

#[test]
fn what_cannot_be_made_whole_leaves_nothing_behind() {
    let folder = folder("broken");
    let backup = folder.join("b.vma.zst");
    let mut bytes = fs::read(fixture("f1-gpt-ext4.vma.zst")).unwrap();
    bytes.truncate(bytes.len() / 3);
    fs::write(&backup, bytes).unwrap();
    let truth = truth();
    let mut refused = 0;
    for (path, sum) in files_of(&truth["f1-gpt-ext4.vma"]) {
        let into = folder.join("file");
        let place = format!("scsi0:2:/{path}");
        let arguments = ["cp", backup.to_str().unwrap(), &place, "-o", into.to_str().unwrap()];
        let made = run(&arguments);
        assert_ne!(code(&made), 0, "of a container that is cut nothing is proven");
        assert!(!made.stderr.is_empty(), "{path}: what is lost is told");
        match fs::read(&into) {
            Ok(bytes) => assert_eq!(sha256(&bytes), sum, "{path}"),
            Err(_) => refused += 1,
        }
        let _ = fs::remove_file(&into);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "{path}: only the backup");
    }
    assert!(refused > 0, "something is lost with two thirds of the backup");
}

#[test]
fn what_somebody_else_writes_is_left_alone() {
    let folder = folder("others");
    let whole = folder.join("disk.raw");
    fs::write(folder.join("disk.raw.part"), "of a run before").unwrap();
    let backup = fixture("d-zero.vma");
    let arguments =
        ["export", backup.to_str().unwrap(), "-f", "raw", "-o", whole.to_str().unwrap()];
    let made = run(&arguments);
    assert_eq!(code(&made), 74, "what somebody else writes is left alone");
    assert!(!whole.exists());
    assert_eq!(fs::read(folder.join("disk.raw.part")).unwrap(), b"of a run before");
}

#[test]
fn a_run_that_is_killed_leaves_nothing_that_looks_whole() {
    let folder = folder("killed");
    let backup = fixture("f1-gpt-ext4.vma.zst");
    let truth = truth();
    let expected = truth["f1-gpt-ext4.vma"]["devices"][0]["sha256"].as_str().unwrap();
    let mut killed = 0;
    for turn in 0..4 {
        let whole = folder.join(format!("{turn}.raw"));
        let part = folder.join(format!("{turn}.raw.part"));
        let arguments =
            ["export", backup.to_str().unwrap(), "-f", "raw", "-o", whole.to_str().unwrap()];
        let mut making = program().args(arguments).spawn().unwrap();
        while making.try_wait().unwrap().is_none() && !part.exists() {
            std::thread::yield_now();
        }
        let _ = making.kill();
        killed += i32::from(!making.wait().unwrap().success());
        if whole.exists() {
            assert_eq!(sha256(&fs::read(&whole).unwrap()), expected, "only what is whole");
        }
    }
    assert!(killed > 0, "each was done before it was killed");
}

#[test]
fn the_papers_name_every_command() {
    let help = said(&run(&["--help"]));
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .map_while(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(commands.contains(&"verify") && commands.len() >= 9, "{commands:?}");
    let man = said(&run(&["manual", "man"]));
    for command in &commands {
        assert!(man.contains(&format!(".SH {}\n", command.to_ascii_uppercase())), "{command}");
    }
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let made = said(&run(&["manual", shell]));
        assert!(commands.iter().all(|command| made.contains(command)), "{shell}");
    }
    let page = folder("papers").join("vma-inspector.1");
    fs::write(&page, man).unwrap();
    if programs::has("groff", &["--version"]) {
        let read =
            Command::new("groff").args(["-man", "-Tutf8", "-ww"]).arg(&page).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&read.stderr), "");
        assert!(String::from_utf8_lossy(&read.stdout).contains("unreadable, or no backup"));
    }
}
