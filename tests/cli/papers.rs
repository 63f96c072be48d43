//! What the program says, and what it is packed as.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder that ends in `.rs`, as text.
fn sources(folder: &Path, into: &mut String) {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

/// Whether the terminal can say the sentence of `key`: its source names it, or makes such
/// keys of the core's codes.
fn is_said(key: &str, program: &str, errors: &str) -> bool {
    const FAMILIES: [&str; 5] = ["foreign.", "file-fault.", "verdict.", "answer.", "checked."];
    let code = key.strip_prefix("failure.").and_then(|rest| rest.split('.').next());
    program.contains(&format!("\"{key}\""))
        || code.is_some_and(|code| errors.contains(&format!("=> \"{code}\"")))
        || FAMILIES.iter().any(|family| key.starts_with(family))
        || (key.contains("finding.") && key.ends_with(".title"))
        || key.starts_with("proxmox.message.")
}

#[test]
fn no_sentence_of_the_terminal_speaks_of_a_page() {
    let (mut program, mut errors) = (String::new(), String::new());
    sources(&root().join("src/cli"), &mut program);
    sources(&root().join("src/source"), &mut errors);
    for (language, wrong) in [("en", ["page", "browser"]), ("de", ["Seite", "Browser"])] {
        let text = fs::read(root().join(format!("www/words/{language}.json"))).unwrap();
        let sentences: BTreeMap<String, Value> = serde_json::from_slice(&text).unwrap();
        let said: Vec<_> =
            sentences.iter().filter(|(key, _)| is_said(key, &program, &errors)).collect();
        assert!(said.len() > 150, "{}", said.len());
        for (key, sentence) in said {
            // A page of the web that somebody saved in place of a backup is one.
            if key.starts_with("foreign.html.") {
                continue;
            }
            let sentence = sentence.to_string();
            let mut words = sentence.split(|letter: char| !letter.is_alphabetic());
            assert!(!words.any(|word| wrong.contains(&word)), "{language} {key}: {sentence}");
        }
    }
}

/// The answer of cargo, which needs no network for it.
fn cargo(arguments: &[&str]) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(arguments).args(["--offline", "--locked"]).current_dir(root());
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_is_packed_needs_only_what_is_packed() {
    let told = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    // `null` where nothing forbids it, an empty list where it is not to be published.
    let is_packed = |package: &&Value| package["publish"].is_null();
    let packed: Vec<&Value> =
        told["packages"].as_array().unwrap().iter().filter(is_packed).collect();
    let names: Vec<&str> = packed.iter().map(|package| package["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 4, "{names:?}");
    for package in &packed {
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        for one in dependencies.filter(|one| one["kind"].is_null() && !one["path"].is_null()) {
            let name = one["name"].as_str().unwrap();
            let known = packed.iter().find(|package| package["name"] == name);
            let known = known.unwrap_or_else(|| panic!("{name} is not packed"));
            let version = known["version"].as_str().unwrap();
            assert_eq!(one["req"], format!("^{version}"), "{name}");
        }
    }
}

#[test]
fn the_package_holds_what_the_program_is_built_from() {
    let listed = cargo(&["package", "--list", "--allow-dirty", "-p", "vma-inspector"]);
    let listed: Vec<&str> = listed.lines().collect();
    let wanted = ["src/cli/main.rs", "src/cli/serve/mod.rs", "www/words/en.json", "README.md"];
    for wanted in
        wanted.iter().chain(&["www/words/rules/verdict.json", "LICENSE-MIT", "LICENSE-APACHE"])
    {
        assert!(listed.contains(wanted), "{wanted}");
    }
    let foreign = ["tests/", "www/page", "target/", "node_modules/"];
    assert!(!listed.iter().any(|path| foreign.iter().any(|start| path.starts_with(start))));
}
