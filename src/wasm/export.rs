//! Files that are made from an archive from front to back, a disk of it above all.

use std::rc::Rc;

use js_sys::{Array, Float64Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::archive::Archive;
use super::doubt_taken::{DoubtTaken, doubt_of};
use super::object::{Fields, from_number, list, number, pairs};
use super::room::{ImageBytesList, Room, image_bytes, put_into};
use super::vma_error::{refused, thrown};
use crate::archive::unit::DeviceId;
use crate::export::disk::{
    Disk, DiskFormat, DiskStream, Identity, Refusal, StreamFormat, damage_map,
};
use crate::image::tap::Tap;
use crate::image::{Doubt, Fill};
use crate::source::ReadAt;

#[wasm_bindgen]
extern "C" {
    /// How a disk can be written, and how large it is then.
    #[wasm_bindgen(typescript_type = "FormatChoice[]")]
    pub type FormatChoices;
}

/// Bytes that one call reads and decodes on its way to the next part of a file.
const APPROACH_PER_CALL: u64 = 8 << 20;

/// A file in the making: stepped from front to back.
#[wasm_bindgen]
pub struct Export {
    pub(super) stream: Box<dyn DiskStream>,
    pub(super) ready: Vec<u8>,
    pub(super) taps: Vec<(DeviceId, Tap)>,
}

#[wasm_bindgen]
impl Export {
    /// Bytes of the file; `undefined` where that shows only at its end.
    #[wasm_bindgen(js_name = fileSize)]
    pub fn file_size(&self) -> Option<f64> {
        self.stream.size().map(number)
    }

    /// Bytes of the file at most.
    #[wasm_bindgen(js_name = sizeMax)]
    pub fn size_max(&self) -> f64 {
        number(self.stream.size_max())
    }

    /// Bytes of work that are done, of [`Self::total`].
    pub fn done(&self) -> f64 {
        number(self.stream.progress().done)
    }

    /// Bytes of work in all.
    pub fn total(&self) -> f64 {
        number(self.stream.progress().total)
    }

    /// The ranges of the backup's file that the step will ask for which comes
    /// after `ahead` others, as pairs of offset and length.
    pub fn wants(&self, ahead: u32) -> Float64Array {
        let mut wanted = Vec::new();
        self.stream.trace(ahead.into(), &mut wanted);
        pairs(&wanted)
    }

    /// Works by a bounded amount towards the next step; returns whether that is
    /// quick now. Throws a `VmaError`.
    pub fn approach(&self) -> Result<bool, JsValue> {
        self.stream.approach(APPROACH_PER_CALL).map_err(|error| thrown(&error))
    }

    /// Makes a bounded part of the file, perhaps nothing yet; false once there
    /// is nothing left to make. Throws a `VmaError`.
    pub fn step(&mut self) -> Result<bool, JsValue> {
        self.stream.next(&mut self.ready).map_err(|error| thrown(&error))
    }

    /// Bytes that are made and not taken.
    pub fn ready(&self) -> f64 {
        number(u64::try_from(self.ready.len()).unwrap_or(u64::MAX))
    }

    /// Takes what is ready; `room` gives the array that it is put into.
    pub fn take(&mut self, room: &Room) -> Uint8Array {
        let bytes = put_into(room, &self.ready);
        self.ready.clear();
        bytes
    }

    /// Bytes that must overwrite the start of the file when all of it is made;
    /// `undefined` if none must.
    pub fn head(&self) -> Option<Uint8Array> {
        self.stream.head().map(Uint8Array::from)
    }

    /// Starts again from the front.
    pub fn restart(&mut self) {
        self.stream.restart();
        self.ready.clear();
    }

    /// What passed of the disks since the last call, if they are hashed; `room`
    /// gives the arrays that it is put into.
    #[wasm_bindgen(js_name = takePassed)]
    pub fn take_passed(&self, room: &Room) -> ImageBytesList {
        let passed = self.taps.iter().flat_map(|(device, tap)| {
            let pieces = tap.take().into_iter();
            pieces
                .map(move |piece| image_bytes(*device, piece.offset, put_into(room, &piece.bytes)))
        });
        JsValue::from(list(passed, |fields| fields)).into()
    }
}

#[wasm_bindgen]
impl Archive {
    /// How a disk can be written: each format with the exact size of its file,
    /// or the most it can be, or why it cannot be.
    pub fn formats(&self, device: u8) -> FormatChoices {
        let disk = self.disk(device, Doubt::AsItIs);
        let Some(disk) = disk else { return JsValue::from(Array::new()).into() };
        let files = DiskFormat::ALL.map(|format| {
            let size = disk.file(format).map(|file| file.size().unwrap_or_default());
            choice(format.code(), format.extension(), size, true)
        });
        let streams = StreamFormat::ALL.map(|format| {
            let stream = disk.stream(format);
            let exact = stream.as_ref().is_ok_and(|stream| stream.size().is_some());
            let size = stream.map(|stream| stream.size_max());
            choice(format.code(), format.extension(), size, exact)
        });
        let all = files.into_iter().chain(streams);
        JsValue::from(list(all, |fields| fields)).into()
    }

    /// How many times as much as the whole backup has to be unpacked, about, to
    /// read a disk from front to back: many times where clusters lie out of
    /// order in a container. At most 1,000.
    #[wasm_bindgen(js_name = timesUnpacked)]
    pub fn times_unpacked(&self, device: u8) -> f64 {
        let Some(image) = self.image(device) else { return 0.0 };
        // After a scan that was kept, nothing may have been unpacked yet.
        let whole = self.contents().progress().contents.max(image.archive_end()).max(1);
        number(image.detours(whole.saturating_mul(1000))) / number(whole)
    }

    /// A disk as a file of a format of [`formats`](Self::formats); with `hashed`,
    /// what passes of the disk can be taken as well; with `marked`, what is
    /// missing reads as a text that says so, and not as zeros. With doubt taken
    /// as lost, the file may be shorter than is said there. `fileName` is what it
    /// is saved under, which a VMDK says of itself. Throws a `VmaError`.
    #[wasm_bindgen(js_name = exportDisk)]
    pub fn export_disk(
        &self,
        device: u8,
        format: &str,
        hashed: bool,
        marked: bool,
        doubt: Option<DoubtTaken>,
        #[wasm_bindgen(js_name = fileName)] file_name: Option<String>,
    ) -> Result<Export, JsValue> {
        let doubt = doubt_of(doubt)?;
        self.contents().begin_anew();
        let (id, disk) = self.known_disk(device, doubt)?;
        let disk = if marked { self.marked_disk(id, doubt).unwrap_or(disk) } else { disk };
        let disk = file_name.map_or(disk.clone(), |name| disk.named(&name));
        let mut taps = Vec::new();
        let disk = if hashed { tapped(id, &disk, &mut taps) } else { disk };
        let file = DiskFormat::ALL.into_iter().find(|known| known.code() == format);
        let stream = StreamFormat::ALL.into_iter().find(|known| known.code() == format);
        let stream = match (file, stream) {
            (Some(format), _) => disk.file_stream(format),
            (None, Some(format)) => disk.stream(format),
            (None, None) => return Err(js_sys::Error::new("no such format").into()),
        };
        let stream = stream.map_err(|refusal| refused(&refusal))?;
        Ok(Export { stream, ready: Vec::new(), taps })
    }

    /// A disk that is read from byte `from` on and written nowhere, for its
    /// hash. Throws a `VmaError`.
    #[wasm_bindgen(js_name = readDisk)]
    pub fn read_disk(
        &self,
        device: u8,
        from: f64,
        doubt: Option<DoubtTaken>,
    ) -> Result<Export, JsValue> {
        if from <= 0.0 {
            self.contents().begin_anew();
        }
        let (id, disk) = self.known_disk(device, doubt_of(doubt)?)?;
        let mut taps = Vec::new();
        let stream = tapped(id, &disk, &mut taps).read_through(from_number(from));
        Ok(Export { stream, ready: Vec::new(), taps })
    }

    /// What the archive lacks of a disk and what of it is in doubt, or taken as
    /// lost, as a map for GNU ddrescue; `undefined` if nothing is.
    #[wasm_bindgen(js_name = lostMap)]
    pub fn lost_map(
        &self,
        device: u8,
        doubt: Option<DoubtTaken>,
    ) -> Result<Option<String>, JsValue> {
        let doubt = doubt_of(doubt)?;
        Ok(self.image(device).and_then(|image| damage_map(&image, doubt)))
    }
}

impl Archive {
    pub(super) fn disk(&self, device: u8, doubt: Doubt) -> Option<Disk> {
        let id = DeviceId::new(device)?;
        if let Some(disk) = self.disks.borrow().get(&(id, doubt)) {
            return Some(disk.clone());
        }
        let image = self.image(device)?.with_doubt(doubt);
        let header = Rc::clone(self.header());
        let image = image.filled(Fill::Zeros);
        let disk = Disk::new(image, Identity::new(&header, header.device(id)?));
        // While the scan goes on, the next one may hold more.
        if self.is_scanned() {
            self.disks.borrow_mut().insert((id, doubt), disk.clone());
        }
        Some(disk)
    }

    /// A disk on which what is missing reads as a text that says so.
    pub(super) fn marked_disk(&self, id: DeviceId, doubt: Doubt) -> Option<Disk> {
        let image = self.image(id.get())?.with_doubt(doubt).filled(Fill::Pattern);
        Some(Disk::new(image, Identity::new(self.header(), self.header().device(id)?)))
    }

    pub(super) fn known_disk(&self, device: u8, doubt: Doubt) -> Result<(DeviceId, Disk), JsValue> {
        let known = DeviceId::new(device).zip(self.disk(device, doubt));
        known.ok_or_else(|| js_sys::Error::new("no such disk").into())
    }
}

pub(super) fn tapped(id: DeviceId, disk: &Disk, taps: &mut Vec<(DeviceId, Tap)>) -> Disk {
    let tap = Tap::default();
    taps.push((id, tap.clone()));
    disk.tapped(tap)
}

fn choice(code: &str, extension: &str, size: Result<u64, Refusal>, exact: bool) -> Fields {
    let refusal = size.err().map(|refusal| refusal.to_string());
    Fields::default()
        .with("code", code)
        .with("extension", extension)
        .count_or_null("size", size.ok())
        .with("exact", exact)
        .text("refusal", refusal.as_deref())
}
