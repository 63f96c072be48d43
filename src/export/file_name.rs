//! Names out of an archive, made fit to save a file under.

/// Characters of a name that are kept, at most.
const LENGTH_MAX: usize = 100;

/// The stems of names that Windows keeps for devices, whatever follows the dot.
const RESERVED: [&str; 4] = ["con", "prn", "aux", "nul"];

/// A base name made of `name` that every common file system takes: no path, no
/// control or bidirectional characters, no leading dot, not one of the names
/// that Windows keeps for itself. Never empty.
#[must_use]
pub fn safe_name(name: &str) -> String {
    let kept = name.chars().map(|c| if is_safe(c) { c } else { '_' });
    let name: String = kept.take(LENGTH_MAX).collect();
    let name = name.trim_matches(|c: char| c == '.' || c == ' ');
    if name.is_empty() {
        return "unnamed".into();
    }
    if is_reserved(name) { format!("_{name}") } else { name.into() }
}

fn is_safe(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '+' | '@')
}

fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered =
        |port: &str| stem.strip_prefix(port).is_some_and(|n| n.len() == 1 && n.as_bytes() != b"0");
    RESERVED.contains(&stem.as_str()) || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_names_stay_as_they_are() {
        for name in ["qemu-server.conf", "drive-scsi0", "notes-ümläut.txt", "com10.txt"] {
            assert_eq!(safe_name(name), name);
        }
    }

    #[test]
    fn nothing_that_leads_elsewhere_or_deceives_is_left() {
        assert_eq!(safe_name("../evil-cfg.conf"), "_evil-cfg.conf");
        assert_eq!(safe_name("a/b\\c:d\0e"), "a_b_c_d_e");
        assert_eq!(safe_name("x\u{202e}fnoc"), "x_fnoc");
        assert_eq!(safe_name("..."), "unnamed");
        assert_eq!(safe_name(""), "unnamed");
        assert_eq!(safe_name("NUL.conf"), "_NUL.conf");
        assert_eq!(safe_name("com1"), "_com1");
        assert_eq!(safe_name(&"<b>".repeat(1000)).chars().count(), 100);
    }
}
