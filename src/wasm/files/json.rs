//! What is told of many things at once: JavaScript makes objects of one text in JSON, in a
//! fraction of the time that it takes to set each property of each of them from here.

use core::fmt::Write as _;

use js_sys::{Array, JSON, Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};

use vma_inspector::file_system::{Fault, FileType, Name, Node, Time};
use vma_inspector::files::Listed;

/// Entries of directories, as an array of `FileEntry`.
pub(super) fn entries<'a>(all: impl Iterator<Item = &'a Listed> + Clone) -> Array {
    let mut text = Text(String::from("["));
    for (at, listed) in all.clone().enumerate() {
        text.plain(if at > 0 { "," } else { "" });
        text.entry(listed);
    }
    text.plain("]");
    // It is JSON, whatever names hold: all that needs an escape has one.
    let made = JSON::parse(&text.0).unwrap_or(JsValue::UNDEFINED).unchecked_into::<Array>();
    let id = JsValue::from_str("id");
    for (listed, entry) in all.zip(made.iter()) {
        // JSON has no integers of 64 bits, and no bytes.
        set(&entry, &id, &listed.entry.id.0.into());
        put_bytes(&entry, "name", Some(&listed.entry.name));
        put_bytes(&entry, "target", listed.target.as_ref());
    }
    made
}

/// One entry.
pub(super) fn entry(listed: &Listed) -> JsValue {
    entries(core::iter::once(listed)).get(0)
}

fn set(object: &JsValue, key: &JsValue, value: &JsValue) {
    // Setting a property of a fresh plain object cannot fail.
    let _ = Reflect::set(object, key, value);
}

/// The bytes of a name, where its text does not say all.
fn put_bytes(entry: &JsValue, key: &str, name: Option<&Name>) {
    let Some(name) = name.filter(|name| core::str::from_utf8(&name.0).is_err()) else { return };
    if let Ok(told) = Reflect::get(entry, &key.into()) {
        set(&told, &"bytes".into(), &Uint8Array::from(name.0.as_slice()).into());
    }
}

struct Text(String);

impl Text {
    fn plain(&mut self, text: &str) {
        self.0.push_str(text);
    }

    fn string(&mut self, text: &str) {
        self.0.push('"');
        for letter in text.chars() {
            match letter {
                '"' | '\\' => {
                    self.0.push('\\');
                    self.0.push(letter);
                }
                '\0'..='\x1f' => self.formatted(format_args!("\\u{:04x}", u32::from(letter))),
                _ => self.0.push(letter),
            }
        }
        self.0.push('"');
    }

    fn formatted(&mut self, text: core::fmt::Arguments<'_>) {
        // Writing into a string cannot fail.
        let _ = self.0.write_fmt(text);
    }

    /// A value after its key, or `null`.
    fn or_null<Value>(
        &mut self,
        key: &str,
        value: Option<Value>,
        write: impl FnOnce(&mut Self, Value),
    ) {
        self.plain(key);
        match value {
            Some(value) => write(self, value),
            None => self.plain("null"),
        }
    }

    fn entry(&mut self, listed: &Listed) {
        let Listed { entry, node, target } = listed;
        self.plain("{\"name\":");
        self.name(&entry.name);
        self.plain(",\"id\":null");
        let kind = entry.file_type.map(code);
        self.or_null(",\"type\":", kind, Self::string);
        self.or_null(",\"node\":", node.as_ref().ok(), Self::node);
        self.or_null(",\"fault\":", node.as_ref().err(), Self::fault);
        self.or_null(",\"target\":", target.as_ref(), Self::name);
        self.plain("}");
    }

    fn name(&mut self, name: &Name) {
        self.plain("{\"text\":");
        self.string(&String::from_utf8_lossy(&name.0));
        self.plain(",\"bytes\":null}");
    }

    fn fault(&mut self, fault: &Fault) {
        self.plain("{\"code\":");
        self.string(fault.kind.code());
        self.plain(",\"about\":");
        self.string(&fault.about);
        self.plain("}");
    }

    fn node(&mut self, node: &Node) {
        self.plain("{\"type\":");
        self.string(code(node.file_type));
        self.formatted(format_args!(",\"size\":{}", node.size));
        self.or_null(",\"links\":", node.links, |text, links| {
            text.formatted(format_args!("{links}"))
        });
        self.or_null(",\"unix\":", node.attributes, |text, owner| {
            let (mode, user, group) = (owner.mode, owner.user, owner.group);
            text.formatted(format_args!("{{\"mode\":{mode},\"user\":{user},\"group\":{group}}}"));
        });
        self.or_null(",\"modified\":", node.modified, Self::time);
        self.or_null(",\"changed\":", node.changed, Self::time);
        self.or_null(",\"accessed\":", node.accessed, Self::time);
        self.or_null(",\"created\":", node.created, Self::time);
        self.or_null(",\"device\":", node.device, |text, (major, minor)| {
            text.formatted(format_args!("{{\"major\":{major},\"minor\":{minor}}}"));
        });
        self.formatted(format_args!(",\"isHidden\":{}}}", node.is_hidden));
    }

    fn time(&mut self, time: Time) {
        let Time { seconds, nanoseconds, is_local } = time;
        self.formatted(format_args!(
            "{{\"seconds\":{seconds},\"nanoseconds\":{nanoseconds},\"isLocal\":{is_local}}}"
        ));
    }
}

fn code(file_type: FileType) -> &'static str {
    match file_type {
        FileType::File => "file",
        FileType::Directory => "directory",
        FileType::Link => "link",
        FileType::Block => "block",
        FileType::Character => "character",
        FileType::Fifo => "fifo",
        FileType::Socket => "socket",
        FileType::Other => "other",
    }
}
