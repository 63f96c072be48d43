//! What a file system tells, as JavaScript objects.

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;

use vma_inspector::file_system::{Attributes, Fault, FileType, Name, Node, Time};
use vma_inspector::files::{Hit, Listed, Missed};
use vma_wasm::{Fields, list, number};

pub(super) fn name(name: &Name) -> Fields {
    let text = String::from_utf8_lossy(&name.0);
    let is_all = core::str::from_utf8(&name.0).is_ok();
    let bytes = if is_all { JsValue::NULL } else { Uint8Array::from(name.0.as_slice()).into() };
    Fields::default().with("text", &*text).with("bytes", bytes)
}

pub(super) fn fault(fault: &Fault) -> Fields {
    Fields::default().with("code", fault.kind.code()).with("about", fault.about.as_str())
}

pub(super) fn missed(missed: &Missed) -> Fields {
    Fields::default().with("path", missed.path.as_str()).with("fault", fault(&missed.fault))
}

/// What `make` makes of a value, or `null`.
pub(super) fn or_null<Value>(value: Option<Value>, make: impl FnOnce(Value) -> Fields) -> JsValue {
    value.map_or(JsValue::NULL, |value| make(value).into())
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

fn time(time: Time) -> Fields {
    let seconds = number(time.seconds.unsigned_abs());
    Fields::default()
        .with("seconds", if time.seconds < 0 { -seconds } else { seconds })
        .with("nanoseconds", time.nanoseconds)
        .with("isLocal", time.is_local)
}

fn unix(owner: Attributes) -> Fields {
    Fields::default().with("mode", owner.mode).with("user", owner.user).with("group", owner.group)
}

fn device((major, minor): (u32, u32)) -> Fields {
    Fields::default().with("major", major).with("minor", minor)
}

fn node(node: &Node) -> Fields {
    Fields::default()
        .with("type", code(node.file_type))
        .count("size", node.size)
        .count_or_null("links", node.links)
        .with("unix", or_null(node.attributes, unix))
        .with("modified", or_null(node.modified, time))
        .with("changed", or_null(node.changed, time))
        .with("accessed", or_null(node.accessed, time))
        .with("created", or_null(node.created, time))
        .with("device", or_null(node.device, device))
        .with("isHidden", node.is_hidden)
}

pub(super) fn entry(listed: &Listed) -> Fields {
    let kind = listed.entry.file_type.map(code);
    Fields::default()
        .with("name", name(&listed.entry.name))
        .with("id", listed.entry.id.0)
        .text("type", kind)
        .with("node", or_null(listed.node.as_ref().ok(), node))
        .with("fault", or_null(listed.node.as_ref().err(), fault))
        .with("target", or_null(listed.target.as_ref(), name))
}

pub(super) fn hit(hit: &Hit) -> Fields {
    Fields::default().with("path", list(&hit.path, name)).with("entry", entry(&hit.found))
}
