//! The commands that the page copies, given to every shell that is here: each is
//! one command whose words are known, whatever the names in it.

use std::process::Command;

use super::*;
use vma_inspector::proxmox::restore::command;

/// Names that are a program's words, or not words at all, in some shell.
const AWKWARD: [&str; 36] = [
    "web-01.example",
    "two words",
    "$(touch hurt)",
    "`touch hurt`",
    "'; touch hurt; '",
    r"\'; touch hurt; \'",
    r"\\'; touch hurt #",
    "\"; touch hurt; \"",
    "a; touch hurt",
    "a & touch hurt",
    "a && touch hurt",
    "a | tee hurt",
    "> hurt",
    "(touch hurt)",
    "@(touch hurt)",
    "$IFS$9touch hurt",
    "${HOME}",
    "$env:PATH",
    "%COMSPEC%",
    "a ^& touch hurt",
    "!!",
    "a!touch",
    "{a,b}",
    "*",
    "[a-z]?",
    "~root",
    "=ls",
    "#comment",
    "-rf",
    "--help",
    r"ends with \",
    "a,format=raw,file=hurt",
    "nbd:localhost:1",
    "..up",
    "ü中😀",
    "a\u{1b}[201~\u{202e}\u{200b}\ttouch hurt",
];

/// Shells, and how each runs a script without a person's own settings.
const SHELLS: [(&str, &[&str]); 10] = [
    ("sh", &[]),
    ("bash", &["--norc"]),
    ("dash", &[]),
    ("zsh", &["-f"]),
    ("fish", &["--no-config"]),
    ("tcsh", &["-f"]),
    ("mksh", &[]),
    ("ksh", &[]),
    ("yash", &[]),
    ("busybox", &["sh"]),
];

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.".contains(c)
}

/// Words that are written down here once more, by the rule.
fn expected(names: &[&str]) -> Vec<Vec<String>> {
    let mut calls = Vec::new();
    for name in names {
        let safe: String =
            name.chars().map(|c| if is_plain(c) || c == ' ' { c } else { '_' }).collect();
        let words = [
            "-name".to_owned(),
            format!("guest={safe}"),
            "-drive".to_owned(),
            format!("if=none,id=drive-scsi0-0,format=raw,file={safe}-drive-scsi0.raw"),
        ];
        calls.push(words.to_vec());
        let is_word = name.chars().all(is_plain) && !name.starts_with(['-', '.']);
        let file = if is_word { name } else { "FILE" };
        calls.push([file, "VMID", "--storage", "STORAGE"].map(str::to_owned).to_vec());
    }
    calls
}

/// The page's commands for each name: of a VM and of a file.
fn commands(names: &[&str]) -> Vec<String> {
    let mut commands = Vec::new();
    for name in names {
        let conf = format!("name: {name}\nscsihw: lsi\nscsi0: local:vm-1-disk-0\n");
        let device = Device::new(1, "drive-scsi0", 4096, Content::of_kind(Kind::Dense, 1));
        let builder = ArchiveBuilder::new().config("qemu-server.conf", conf).device(device);
        let stem = Some((*name).to_owned());
        let options = Options { format: DiskFormat::Raw, folder: String::new(), stem, ..options() };
        let machine = Machine::new(open(builder.build().bytes).header());
        assert_eq!(machine.name(), *name, "the config's reader is another test's");
        commands.push(machine.qemu(&options).text);
        commands.push(format!("{}\n", command(Some(name), None, None)));
    }
    commands
}

#[test]
fn commands_are_one_command_in_every_shell_whatever_the_names() {
    let folder = path_of("shells", "d");
    let (programs, place) = (folder.join("programs"), folder.join("place"));
    for folder in [&programs, &place, &folder.join("home")] {
        fs::create_dir_all(folder).expect("can be made");
    }
    let record = folder.join("record");
    let stub =
        "#!/bin/sh\nfor word; do printf '<%s>' \"$word\"; done >>\"$RECORD\"\necho >>\"$RECORD\"\n";
    for program in ["qemu-system-x86_64", "qmrestore"] {
        let path = programs.join(program);
        fs::write(&path, stub).expect("writes");
        run("chmod", &["+x", name_of(&path)]);
    }
    let script = folder.join("script");
    fs::write(&script, commands(&AWKWARD).concat()).expect("writes");
    for (shell, options) in SHELLS {
        let probe = if shell == "busybox" { &["true"][..] } else { &["-c", "true"][..] };
        if !has(shell, probe) {
            continue;
        }
        fs::write(&record, "").expect("writes");
        let output = Command::new(shell)
            .args(options)
            .arg(&script)
            .current_dir(&place)
            .env("PATH", format!("{}:/usr/bin:/bin", name_of(&programs)))
            .env("HOME", folder.join("home"))
            .env("RECORD", &record)
            .output()
            .expect("the shell starts");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let recorded = fs::read_to_string(&record).expect("is text");
        let calls: Vec<_> = recorded.lines().collect();
        for (call, words) in calls.iter().zip(expected(&AWKWARD)) {
            let whole: Vec<_> = words.iter().map(|word| format!("<{word}>")).collect();
            if words.len() == 4 && words[1] == "VMID" {
                assert_eq!(*call, whole.concat(), "{shell}");
            } else {
                assert!(call.starts_with(&whole[..2].concat()), "{shell}: {call}");
                assert!(call.contains(&whole[2..].concat()), "{shell}: {call} {whole:?}");
            }
        }
        assert_eq!(calls.len(), 2 * AWKWARD.len(), "{shell}: {told}");
        assert_eq!(told, "", "{shell}");
        let made: Vec<_> = fs::read_dir(&place).expect("is there").collect();
        assert!(made.is_empty(), "{shell} made {made:?}");
    }
    fs::remove_dir_all(folder).expect("was made");
}

/// What has a meaning between double quotes or outside of them in no shell that
/// is not here, PowerShell and cmd: so nothing of a name is run there either.
#[test]
fn commands_hold_no_character_that_any_shell_acts_on() {
    for command in commands(&AWKWARD) {
        let text = command.replace(" \\\n", "\n");
        let is_known = |c: char| is_plain(c) || ",=:/+ \"\n".contains(c);
        assert!(text.chars().all(is_known), "{command}");
        for line in text.lines() {
            assert_eq!(line.matches('"').count() % 2, 0, "{line}");
        }
    }
}
