//! Files on their way out: one as it is, or several in an archive.

use core::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Float64Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::facts;
use super::shared::{FilesStep, Shared, step_number};
use vma_inspector::file_system::{Fault, FaultKind, FileType, Name, NodeId, Result as Asked};
use vma_inspector::files::{Contents, Pack, Step, Volume};
use vma_inspector::source::to_u64;
use vma_wasm::{Room, put_into};
use vma_wasm::{list, number, pairs};

/// Bytes whose places are told ahead.
const AHEAD: u64 = 4 << 20;

#[wasm_bindgen]
extern "C" {
    /// What was left out.
    #[wasm_bindgen(typescript_type = "FileMissed[]")]
    pub type MissedList;
}

enum What {
    File { id: NodeId, stream: Option<Name>, contents: Option<Contents> },
    Pack(Box<Pack>),
}

/// A file that is made from front to back.
#[wasm_bindgen]
pub struct FilesSave {
    shared: Rc<Shared>,
    what: RefCell<What>,
    ready: RefCell<Vec<u8>>,
}

impl FilesSave {
    pub(super) fn of_file(shared: Rc<Shared>, id: NodeId, stream: Option<Name>) -> Self {
        Self::new(shared, What::File { id, stream, contents: None })
    }

    pub(super) fn of_pack(shared: Rc<Shared>, pack: Pack) -> Self {
        Self::new(shared, What::Pack(Box::new(pack)))
    }

    fn new(shared: Rc<Shared>, what: What) -> Self {
        Self { shared, what: RefCell::new(what), ready: RefCell::default() }
    }
}

#[wasm_bindgen]
impl FilesSave {
    /// Makes some more, about 1 MiB. Throws a `VmaError`, with the code of the fault that
    /// ends all of it.
    pub fn step(&self) -> Result<FilesStep, JsValue> {
        let volume = self.shared.volume()?;
        let into = &mut *self.ready.borrow_mut();
        let step = match &mut *self.what.borrow_mut() {
            What::Pack(pack) => pack.step(volume, into),
            What::File { id, stream, contents } => {
                of_file(volume, (*id, stream.as_ref()), contents, into)
            }
        };
        step.map(step_number).map_err(|fault| self.shared.thrown(&fault))
    }

    /// Bytes that are made and not taken.
    pub fn ready(&self) -> f64 {
        number(to_u64(self.ready.borrow().len()))
    }

    /// Takes them.
    pub fn take(&self, room: &Room) -> Uint8Array {
        let mut ready = self.ready.borrow_mut();
        let taken = put_into(room, &ready);
        ready.clear();
        taken
    }

    /// Bytes of files that were read.
    pub fn done(&self) -> f64 {
        number(self.progress().0)
    }

    /// Bytes of files that are known of.
    pub fn total(&self) -> f64 {
        number(self.progress().1)
    }

    /// The ranges of the backup's file that the next steps ask for, of one file: pairs of
    /// offset and length.
    pub fn wants(&self) -> Result<Float64Array, JsValue> {
        let volume = self.shared.volume()?;
        let reading = match &*self.what.borrow() {
            What::File { contents, .. } => {
                contents.as_ref().map(|contents| (contents.id(), contents.at()))
            }
            What::Pack(pack) => pack.reading(),
        };
        let wanted = reading.map(|(id, at)| volume.trace(id, at..at.saturating_add(AHEAD)));
        Ok(pairs(&wanted.unwrap_or_default()))
    }

    /// What is left out; ten thousand are told, and the rest counted in the archive.
    pub fn missed(&self) -> MissedList {
        let missed: Array = match &*self.what.borrow() {
            What::File { .. } => Array::new(),
            What::Pack(pack) => list(pack.missed(), facts::missed),
        };
        JsValue::from(missed).into()
    }
}

impl FilesSave {
    fn progress(&self) -> (u64, u64) {
        match &*self.what.borrow() {
            What::File { contents, .. } => contents.as_ref().map_or((0, 0), Contents::progress),
            What::Pack(pack) => pack.progress(),
        }
    }
}

/// A step of one file, or of a stream of it.
fn of_file(
    volume: &Volume,
    (id, stream): (NodeId, Option<&Name>),
    contents: &mut Option<Contents>,
    into: &mut Vec<u8>,
) -> Asked<Step> {
    if let Some(contents) = contents {
        return contents.step(volume, into);
    }
    if let Some(name) = stream {
        let asked = volume.attempt(|system| system.streams(id))?;
        let Some(streams) = asked else { return Ok(Step::Wanting) };
        let found = streams.into_iter().find(|(found, _)| found == name);
        let (name, size) = found.ok_or_else(|| Fault::new(FaultKind::NotFound, "stream"))?;
        *contents = Some(Contents::of_stream(id, name, size));
        return Ok(Step::GoesOn);
    }
    let Some(node) = volume.attempt(|system| system.node(id))? else { return Ok(Step::Wanting) };
    if node.file_type != FileType::File {
        return Err(Fault::unsupported("what is no file"));
    }
    *contents = Some(Contents::new(id, node.size));
    Ok(Step::GoesOn)
}
