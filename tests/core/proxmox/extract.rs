//! Where `vma extract` ends for the names that an archive gives its files.

use super::*;
use vma_inspector::proxmox::words::Word;

#[test]
fn two_disks_of_one_name_fail_when_the_second_is_renamed() {
    let rename = "rename tmp-disk-drive-scsi0.raw to disk-drive-scsi0.raw failed - No such file or directory";
    assert_says("one name", renamed(b"a", b"drive-scsi0"), "ok", "ok", rename);
    assert!(!predict(renamed(b"a", b"drive-scsi0")).extract.unwrap().is_letter_for_letter());
}

#[test]
fn a_config_cannot_take_the_name_of_a_folder() {
    // GLib 2.74 and the kernel, asked for these names.
    for (name, why) in [
        ("", "Not a directory"),
        ("/", "Not a directory"),
        (".", "Device or resource busy"),
        ("..", "Device or resource busy"),
        ("../", "Device or resource busy"),
        ("./.", "Device or resource busy"),
    ] {
        let message = format!(
            "unable to write file: Failed to rename file “{name}.XXXXXX” to “{name}”: g_rename() failed: {why}"
        );
        let bytes = renamed(name.as_bytes(), b"drive-scsi1");
        assert_says(name, bytes, "ok", "ok", &message);
    }
}

#[test]
fn file_names_in_messages_are_marked() {
    let files = |message: &str| -> Vec<String> {
        let words = Verdict::Fails(message.into()).words();
        let whole: String = words.iter().map(Word::text).collect();
        assert_eq!(whole, message);
        let file = |word| if let Word::File(name) = word { Some(name) } else { None };
        words.into_iter().filter_map(file).collect()
    };
    let create = "can't create file tmp-disk-a/b.raw: Could not create tmp-disk-a/b.raw': No such file or directory";
    assert_eq!(files(create), ["tmp-disk-a/b.raw", "tmp-disk-a/b.raw"]);
    let rename = "rename tmp-disk-a.raw to disk-a.raw failed - No such file or directory";
    assert_eq!(files(rename), ["tmp-disk-a.raw", "disk-a.raw"]);
    let config = "unable to write file: Failed to rename file “..XXXXXX” to “.”: g_rename() failed: Device or resource busy";
    assert_eq!(files(config), ["..XXXXXX", "."]);
    assert!(files(BEYOND).is_empty());
}
