//! A file system of a disk, for JavaScript. `undefined` means that something has to be
//! fetched first.

use core::cell::{OnceCell, RefCell};
use std::rc::Rc;

use js_sys::{Float64Array, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::damage::FilesDamage;
use super::deleted::FilesDeleted;
use super::guest::FilesGuest;
use super::locating::{VolumeLocating, Way};
use super::save::FilesSave;
use super::search::FilesSearch;
use super::shared::Shared;
use super::{facts, json};
use vma_inspector::file_system::{
    Cursor, ExtendedAttribute, FaultKind, Name, NodeId, Note, Open, Result as Asked, Stream,
    Subvolume,
};
use vma_inspector::files::guest::System;
use vma_inspector::files::{self, Form, Listing, Pack, Step, read_as_far};
use vma_wasm::Below;
use vma_wasm::{Fields, from_number, list, pairs};

/// Bytes that one call reads of a file, at most.
const READ_MAX: usize = 1 << 20;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("files.ts");

#[wasm_bindgen]
extern "C" {
    /// A name that is given.
    #[wasm_bindgen(typescript_type = "FileName | undefined")]
    pub type NameGiven;
    /// What is to be saved.
    #[wasm_bindgen(typescript_type = "ChosenThing[]")]
    pub type ChosenGiven;
    /// What is known of an open file system.
    #[wasm_bindgen(typescript_type = "OpenedVolume | undefined")]
    pub type OpenedVolume;
    /// A part of a directory.
    #[wasm_bindgen(typescript_type = "FolderPart | undefined")]
    pub type FolderPart;
    /// A part of a file.
    #[wasm_bindgen(typescript_type = "FilePart | undefined")]
    pub type FilePart;
    /// What else is known of a thing.
    #[wasm_bindgen(typescript_type = "FileDetails | undefined")]
    pub type FileDetails;
}

/// A file system: of an area of a disk, or of what is put together of several.
#[wasm_bindgen]
pub struct Volume {
    shared: Rc<Shared>,
    listing: RefCell<Option<Listing>>,
    system: &'static System,
}

impl Volume {
    /// Of what `locating` finds, as `open` opens it; of a machine it may tell what `system`
    /// says. Nothing is read yet.
    #[must_use]
    pub fn new(locating: VolumeLocating, open: Open, system: &'static System) -> Self {
        let below = Below::default();
        let way = Way::new(locating, open, below.clone());
        let shared = Rc::new(Shared { way, volume: OnceCell::new(), below });
        Self { shared, listing: RefCell::default(), system }
    }
}

#[wasm_bindgen]
impl Volume {
    /// Opens it. Throws a `VmaError`, with the code of the fault.
    pub fn open(&self) -> Result<OpenedVolume, JsValue> {
        if self.shared.volume.get().is_none() {
            let opened = self.shared.way.attempt();
            let opened = opened.map_err(|fault| self.shared.thrown(&fault))?;
            let Some(volume) = opened else { return Ok(JsValue::UNDEFINED.into()) };
            let _ = self.shared.volume.set(volume);
        }
        let volume = self.shared.volume()?;
        let notes: js_sys::Array =
            volume.system().notes().into_iter().map(Note::code).map(JsValue::from).collect();
        let fields = Fields::default()
            .with("root", volume.system().root().0)
            .with("notes", notes)
            .with("keepsDeleted", volume.system().deleted_in().is_some())
            .with("subvolumes", list(volume.subvolumes(), subvolume));
        Ok(JsValue::from(fields).into())
    }

    /// Works by about so many bytes towards what is wanted; returns whether nothing is
    /// wanted any more. Throws a `VmaError`.
    pub fn fetch(&self, #[wasm_bindgen(js_name = workMax)] work_max: u64) -> Result<bool, JsValue> {
        self.shared.way.fetch(work_max).map_err(|error| self.shared.below.thrown(&error))
    }

    /// The ranges of the backup's file that [`fetch`](Self::fetch) will read: pairs of
    /// offset and length.
    pub fn wants(&self) -> Float64Array {
        pairs(&self.shared.volume.get().map_or_else(Vec::new, files::Volume::wants))
    }

    /// About how many bytes have to be decoded to come to what is wanted.
    pub fn distance(&self) -> f64 {
        vma_wasm::number(self.shared.way.distance())
    }

    /// What something is wanted for is given up.
    #[wasm_bindgen(js_name = giveUp)]
    pub fn give_up(&self) {
        self.listing.replace(None);
        if let Some(volume) = self.shared.volume.get() {
            volume.give_up();
        }
    }

    /// A part of a directory. Throws a `VmaError` where the file cannot be read.
    pub fn folder(&self, id: u64, cursor: Option<u64>) -> Result<FolderPart, JsValue> {
        let volume = self.shared.volume()?;
        let (id, cursor) = (NodeId(id), Cursor(cursor.unwrap_or_default()));
        let begun = self.listing.take().filter(|listing| listing.is_of(id, cursor));
        let mut listing = begun.unwrap_or_else(|| Listing::new(id, cursor));
        let step = listing.step(volume).map_err(|fault| self.shared.thrown(&fault))?;
        if step != Step::Done {
            self.listing.replace(Some(listing));
            return Ok(JsValue::UNDEFINED.into());
        }
        let next = listing.next().map_or(JsValue::NULL, |Cursor(next)| JsValue::from(next));
        let fields = Fields::default()
            .with("entries", json::entries(listing.listed().iter()))
            .with("next", next)
            .count("leftOut", listing.left_out())
            .with("fault", facts::or_null(listing.fault(), facts::fault));
        Ok(JsValue::from(fields).into())
    }

    /// Extended attributes and streams of one thing. Throws a `VmaError` where the file
    /// cannot be read.
    pub fn details(&self, id: u64) -> Result<FileDetails, JsValue> {
        let volume = self.shared.volume()?;
        let asked = volume.attempt(|system| {
            let id = NodeId(id);
            Ok((unbroken(system.extended_attributes(id))?, unbroken(system.streams(id))?))
        });
        let asked = asked.map_err(|fault| self.shared.thrown(&fault))?;
        let Some((attributes, streams)) = asked else { return Ok(JsValue::UNDEFINED.into()) };
        let fault = attributes.as_ref().err().or(streams.as_ref().err());
        let attributes_list = attributes.as_ref().ok().and_then(Option::as_ref);
        let attributes_list =
            attributes_list.map_or(JsValue::NULL, |found| list(found, attribute).into());
        let streams_list = streams.as_ref().map_or(&[][..], Vec::as_slice);
        let stream = |(name, size): &(Name, u64)| {
            Fields::default().with("name", facts::name(name)).count("size", *size)
        };
        let fields = Fields::default()
            .with("attributes", attributes_list)
            .with("streams", list(streams_list, stream))
            .with("fault", facts::or_null(fault, facts::fault));
        Ok(JsValue::from(fields).into())
    }

    /// Bytes of a file or of a stream beside it, 1 MiB at most. Throws a `VmaError` where
    /// the backup's file cannot be read.
    pub fn read(
        &self,
        id: u64,
        stream: NameGiven,
        offset: f64,
        length: f64,
    ) -> Result<FilePart, JsValue> {
        let volume = self.shared.volume()?;
        let name = name_of(&stream);
        let stream = name.as_ref().map_or(Stream::Contents, Stream::Named);
        let length = usize::try_from(from_number(length)).unwrap_or(usize::MAX).min(READ_MAX);
        let mut buffer = vec![0; length];
        let read = read_as_far(volume, NodeId(id), stream, from_number(offset), &mut buffer);
        let read = read.map_err(|fault| self.shared.thrown(&fault))?;
        let Some((count, fault)) = read else { return Ok(JsValue::UNDEFINED.into()) };
        let bytes = Uint8Array::from(buffer.get(..count).unwrap_or(&[]));
        let fields = Fields::default()
            .with("bytes", bytes)
            .with("fault", facts::or_null(fault.as_ref(), facts::fault));
        Ok(JsValue::from(fields).into())
    }

    /// The ranges of the backup's file that a read of a file asks for, as far as that is
    /// known at once: pairs of offset and length.
    pub fn trace(&self, id: u64, offset: f64, length: f64) -> Result<Float64Array, JsValue> {
        let start = from_number(offset);
        let range = start..start.saturating_add(from_number(length));
        Ok(pairs(&self.shared.volume()?.trace(NodeId(id), range)))
    }

    /// Searches all names below a folder for letters.
    pub fn find(&self, id: u64, letters: &str) -> FilesSearch {
        FilesSearch::new(Rc::clone(&self.shared), NodeId(id), letters)
    }

    /// Looks which files are hit.
    pub fn damage(&self) -> Result<FilesDamage, JsValue> {
        FilesDamage::new(Rc::clone(&self.shared))
    }

    /// Looks for what was deleted.
    pub fn deleted(&self) -> Result<FilesDeleted, JsValue> {
        FilesDeleted::new(Rc::clone(&self.shared))
    }

    /// Looks for what files tell of the machine; `at`: where it mounts this, if not at its root.
    pub fn guest(&self, at: Option<String>) -> FilesGuest {
        FilesGuest::new(Rc::clone(&self.shared), self.system, at.as_deref())
    }

    /// One file, or a stream beside its contents, from front to back.
    pub fn file(&self, id: u64, stream: NameGiven) -> FilesSave {
        FilesSave::of_file(Rc::clone(&self.shared), NodeId(id), name_of(&stream))
    }

    /// Files and folders in a tar archive, or in a zip. Throws a `VmaError` if a path is none.
    pub fn pack(
        &self,
        chosen: &ChosenGiven,
        #[wasm_bindgen(js_name = isZip)] is_zip: bool,
    ) -> Result<FilesSave, JsValue> {
        let form = if is_zip { Form::Zip } else { Form::Tar };
        let chosen: Vec<_> =
            js_sys::Array::from(chosen).iter().map(|one| chosen_of(&one)).collect();
        let pack = Pack::new(&chosen, form).map_err(|fault| self.shared.thrown(&fault))?;
        Ok(FilesSave::of_pack(Rc::clone(&self.shared), pack))
    }
}

/// A fault as a value, unless the source below cannot be read.
fn unbroken<Value>(asked: Asked<Value>) -> Asked<Asked<Value>> {
    match asked {
        Err(fault) if matches!(fault.kind, FaultKind::Source(_)) => Err(fault),
        asked => Ok(asked),
    }
}

fn subvolume(found: &Subvolume) -> Fields {
    Fields::default()
        .with("id", found.id.0)
        .with("path", list(&found.path, facts::name))
        .with("isSnapshot", found.is_snapshot)
        .with("isReadOnly", found.is_read_only)
}

fn attribute(found: &ExtendedAttribute) -> Fields {
    Fields::default()
        .with("name", facts::name(&found.name))
        .with("value", Uint8Array::from(found.value.as_slice()))
}

/// A property of an object that is given; `undefined` where there is none.
fn property(of: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A name that is given.
fn given(name: &JsValue) -> Name {
    match property(name, "bytes").dyn_into::<Uint8Array>() {
        Ok(bytes) => Name(bytes.to_vec()),
        Err(_) => Name(property(name, "text").as_string().unwrap_or_default().into_bytes()),
    }
}

/// The same where there may be none.
fn name_of(name: &NameGiven) -> Option<Name> {
    (!name.is_undefined() && !name.is_null()).then(|| given(name))
}

/// Something that is to be saved. An id that is no number names nothing.
fn chosen_of(one: &JsValue) -> files::Chosen {
    let path = js_sys::Array::from(&property(one, "path")).into_iter().map(|name| given(&name));
    let id = u64::try_from(property(one, "id")).unwrap_or(u64::MAX);
    files::Chosen { id: NodeId(id), path: path.collect() }
}
