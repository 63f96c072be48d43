//! Files that are made of an archive from front to back, a disk of it above all.

use js_sys::{Float64Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::backup::{Backup, Reading};
use super::thrown::refused;
use vma_inspector::archive::unit::DeviceId;
use vma_inspector::export::disk::{Disk, DiskFormat, DiskStream, StreamFormat};
use vma_inspector::image::tap::Tap;
use vma_wasm::Below;
use vma_wasm::{DoubtTaken, doubt_of};
use vma_wasm::{ImageBytesList, Room, image_bytes, put_into};
use vma_wasm::{from_number, list, number, pairs};

/// Bytes that one call reads and decodes on its way to the next part of a file.
const APPROACH_PER_CALL: u64 = 8 << 20;

/// A file in the making: stepped from front to back.
#[wasm_bindgen]
pub struct Export {
    pub(super) stream: Box<dyn DiskStream>,
    pub(super) ready: Vec<u8>,
    pub(super) taps: Vec<(DeviceId, Tap)>,
    pub(super) below: Below,
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
        self.stream.approach(APPROACH_PER_CALL).map_err(|error| self.below.thrown(&error))
    }

    /// Makes a bounded part of the file, perhaps nothing yet; false once there
    /// is nothing left to make. Throws a `VmaError`.
    pub fn step(&mut self) -> Result<bool, JsValue> {
        self.stream.next(&mut self.ready).map_err(|error| self.below.thrown(&error))
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
impl Backup {
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
        let reading = Reading { doubt: doubt_of(doubt)?, is_marked: marked, is_anew: true };
        let (id, disk) = self.known_disk(device, reading)?;
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
        Ok(self.export(stream, taps))
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
        let doubt = doubt_of(doubt)?;
        let reading = Reading { doubt, is_marked: false, is_anew: from <= 0.0 };
        let (id, disk) = self.known_disk(device, reading)?;
        let mut taps = Vec::new();
        let stream = tapped(id, &disk, &mut taps).read_through(from_number(from));
        Ok(self.export(stream, taps))
    }
}

impl Backup {
    pub(super) fn export(&self, stream: Box<dyn DiskStream>, taps: Vec<(DeviceId, Tap)>) -> Export {
        Export { stream, ready: Vec::new(), taps, below: self.below.clone() }
    }
}

pub(super) fn tapped(id: DeviceId, disk: &Disk, taps: &mut Vec<(DeviceId, Tap)>) -> Disk {
    let tap = Tap::default();
    taps.push((id, tap.clone()));
    disk.tapped(tap)
}
