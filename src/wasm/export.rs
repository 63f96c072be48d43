//! Files that are made from an archive: a disk in some format, an appliance,
//! and the hash of a disk.

use std::rc::Rc;

use js_sys::{Array, Float64Array, Function, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::archive::{Archive, thrown};
use super::object::{Fields, from_number, list, number, pairs};
use crate::archive::unit::{CLUSTER_SIZE, ClusterNumber, DeviceId};
use crate::export::appliance::{LeftOut, Machine, Options, Ova, Text};
use crate::export::disk::{
    Disk, DiskFile, DiskFormat, DiskStream, Identity, Place, Refusal, StreamFormat, damage_map,
};
use crate::export::disk_hash::DiskHash;
use crate::image::tap::Tap;
use crate::image::{Fill, Origin};
use crate::source::{ReadAt, read_range};

#[wasm_bindgen]
extern "C" {
    /// How a disk can be written, and how large it is then.
    #[wasm_bindgen(typescript_type = "FormatChoice[]")]
    pub type FormatChoices;
    /// Bytes of a disk and where they belong.
    #[wasm_bindgen(typescript_type = "ImageBytes[]")]
    pub type ImageBytesList;
    /// Gives room for bytes.
    #[wasm_bindgen(typescript_type = "Room")]
    pub type Room;
    /// The VM for other programs.
    #[wasm_bindgen(typescript_type = "MachineTexts")]
    pub type MachineTexts;
    /// How large an appliance is.
    #[wasm_bindgen(typescript_type = "ApplianceFacts | undefined")]
    pub type ApplianceFacts;
}

/// Bytes that one call reads and decodes on its way to the next part of a file.
const APPROACH_PER_CALL: u64 = 8 << 20;

/// Zeros that one call hashes: some tens of milliseconds.
const ZEROS_PER_CALL: u64 = 16 << 20;

/// Bytes of a disk that are handed out in one piece while it is scanned.
const PLACED_PIECE: u64 = 4 << 20;

/// The longest read of a file's own parts in one call, bytes.
const OWN_READ_MAX: u64 = 16 << 20;

/// A file in the making: stepped from front to back.
#[wasm_bindgen]
pub struct Export {
    stream: Box<dyn DiskStream>,
    ready: Vec<u8>,
    taps: Vec<(DeviceId, Tap)>,
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

/// The layout of a disk's file, to be written in any order: its own parts, and
/// what comes of the disk where it belongs. The rest is zeros.
#[wasm_bindgen]
pub struct Placement(DiskFile);

#[wasm_bindgen]
impl Placement {
    /// Bytes of the file.
    pub fn size(&self) -> f64 {
        self.0.size().map_or(0.0, number)
    }

    /// The parts of the file that are not of the disk, as pairs of offset and
    /// length.
    #[wasm_bindgen(js_name = ownParts)]
    pub fn own_parts(&self) -> Float64Array {
        pairs(&self.0.own_parts())
    }

    /// Bytes of an own part, at most 16 MiB at once; `room` gives the array
    /// that they are put into. Throws a `VmaError`.
    #[wasm_bindgen(js_name = readOwn)]
    pub fn read_own(&self, offset: f64, length: f64, room: &Room) -> Result<Uint8Array, JsValue> {
        let start = from_number(offset);
        let range = start..start.saturating_add(from_number(length).min(OWN_READ_MAX));
        let bytes = read_range(&self.0, range).map_err(|error| thrown(&error))?;
        Ok(put_into(room, &bytes))
    }

    /// Where the file holds a part of the disk: offset in the file, offset in
    /// the disk, length, and so on.
    pub fn places(&self, offset: f64, length: f64) -> Float64Array {
        let start = from_number(offset);
        let places = self.0.places(start..start.saturating_add(from_number(length)));
        let numbers: Vec<f64> = places
            .iter()
            .flat_map(|Place { file, image }| [*file, image.start, image.end - image.start])
            .map(number)
            .collect();
        Float64Array::from(numbers.as_slice())
    }
}

/// SHA-256 of a disk, made from parts of it that are passed in order; gaps
/// are zeros.
#[wasm_bindgen]
pub struct ImageHash(DiskHash);

#[wasm_bindgen]
impl ImageHash {
    /// Nothing hashed yet.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default, reason = "JavaScript calls it")]
    pub fn new() -> Self {
        Self(DiskHash::new())
    }

    /// Bytes of the disk that are hashed.
    pub fn at(&self) -> f64 {
        number(self.0.at())
    }

    /// Hashes a bounded number of zeros on the way to `end`; returns whether
    /// it got there.
    #[wasm_bindgen(js_name = zerosTo)]
    pub fn zeros_to(&mut self, end: f64) -> bool {
        self.0.zeros_to(from_number(end), ZEROS_PER_CALL)
    }

    /// Hashes bytes that start at `offset`; returns false if there is a gap
    /// before them.
    pub fn pass(&mut self, offset: f64, bytes: &[u8]) -> bool {
        self.0.pass(from_number(offset), bytes)
    }

    /// What is hashed so far, as 64 hex digits.
    pub fn hex(&self) -> String {
        self.0.hex()
    }
}

#[wasm_bindgen]
impl Archive {
    /// How a disk can be written: each format with the exact size of its file,
    /// or the most it can be, or why it cannot be.
    pub fn formats(&self, device: u8) -> FormatChoices {
        let Some(disk) = self.disk(device) else { return JsValue::from(Array::new()).into() };
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
    /// missing reads as a text that says so, and not as zeros. Throws a
    /// `VmaError`.
    #[wasm_bindgen(js_name = exportDisk)]
    pub fn export_disk(
        &self,
        device: u8,
        format: &str,
        hashed: bool,
        marked: bool,
    ) -> Result<Export, JsValue> {
        let (id, disk) = self.known_disk(device)?;
        let disk = if marked { self.marked_disk(id).unwrap_or(disk) } else { disk };
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

    /// How the file of a disk is laid out in a format whose size is exact, once
    /// the scan is finished. Throws a `VmaError`.
    pub fn placement(&self, device: u8, format: &str) -> Result<Placement, JsValue> {
        if !self.is_scanned() {
            return Err(js_sys::Error::new("the scan is not finished").into());
        }
        let (_, disk) = self.known_disk(device)?;
        let format = DiskFormat::ALL.into_iter().find(|known| known.code() == format);
        let format = format.ok_or_else(|| js_sys::Error::new("no such format"))?;
        Ok(Placement(disk.file(format).map_err(|refusal| refused(&refusal))?))
    }

    /// A disk that is read from byte `from` on and written nowhere, for its
    /// hash. Throws a `VmaError`.
    #[wasm_bindgen(js_name = readDisk)]
    pub fn read_disk(&self, device: u8, from: f64) -> Result<Export, JsValue> {
        let (id, disk) = self.known_disk(device)?;
        let mut taps = Vec::new();
        let stream = tapped(id, &disk, &mut taps).read_through(from_number(from));
        Ok(Export { stream, ready: Vec::new(), taps })
    }

    /// The VM as one file for other programs, its disks compressed or not.
    /// Throws a `VmaError`.
    #[wasm_bindgen(js_name = exportAppliance)]
    pub fn export_appliance(
        &self,
        #[wasm_bindgen(js_name = keepsMacs)] keeps_macs: bool,
        compressed: bool,
        hashed: bool,
    ) -> Result<Export, JsValue> {
        let mut taps = Vec::new();
        let ova = self.appliance(keeps_macs, compressed, |id, disk| {
            if hashed { tapped(id, &disk, &mut taps) } else { disk }
        });
        let stream = ova.map_err(|refusal| refused(&refusal))?;
        Ok(Export { stream: Box::new(stream), ready: Vec::new(), taps })
    }

    /// The name and size of that file; `undefined` if the VM has no disk in
    /// the backup or one that is too large.
    #[wasm_bindgen(js_name = applianceFacts)]
    pub fn appliance_facts(
        &self,
        #[wasm_bindgen(js_name = keepsMacs)] keeps_macs: bool,
        compressed: bool,
    ) -> ApplianceFacts {
        let ova = self.appliance(keeps_macs, compressed, |_, disk| disk);
        let facts = ova.ok().map(|ova| {
            Fields::default()
                .with("fileName", ova.file_name())
                .count("sizeMax", ova.size_max())
                .with("exact", ova.size().is_some())
                .with("devices", ids(ova.devices()))
                .with("leftOut", left_out(&ova.descriptor().left_out))
        });
        facts.map_or(JsValue::UNDEFINED, JsValue::from).into()
    }

    /// The VM as text for libvirt and QEMU, for disks in the format of this
    /// code that are saved under `stem` and their names.
    #[wasm_bindgen(js_name = machineTexts)]
    pub fn machine_texts(
        &self,
        #[wasm_bindgen(js_name = keepsMacs)] keeps_macs: bool,
        format: &str,
        stem: String,
    ) -> MachineTexts {
        let machine = Machine::new(self.header());
        let format = DiskFormat::ALL.into_iter().find(|known| known.code() == format);
        let format = format.unwrap_or(DiskFormat::Raw);
        let options = Options { keeps_macs, format, folder: String::new(), stem: Some(stem) };
        let fields = Fields::default()
            .with("libvirt", text(&machine.libvirt(&options)))
            .with("qemu", text(&machine.qemu(&options)))
            .with("rawDevices", ids(machine.raw_devices()));
        JsValue::from(fields).into()
    }

    /// What the archive lacks of a disk and what of it is in doubt, as a map for
    /// GNU ddrescue; `undefined` if nothing is.
    #[wasm_bindgen(js_name = lostMap)]
    pub fn lost_map(&self, device: u8) -> Option<String> {
        damage_map(&self.image(device)?)
    }

    /// The runs of a disk in a file without a container, from byte `from` on,
    /// `count` of them at most: length and offset in the file one after the
    /// other, the offset -1 for zeros.
    #[wasm_bindgen(js_name = imageRuns)]
    pub fn image_runs(&self, device: u8, from: f64, count: u32) -> Float64Array {
        let Some(image) = self.image(device) else { return Float64Array::new_with_length(0) };
        let runs = image.runs(from_number(from)..u64::MAX);
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let numbers: Vec<f64> = runs
            .take(count)
            .flat_map(|run| {
                let offset = match run.origin {
                    Origin::Stored(offset) => number(offset.0),
                    Origin::Zero | Origin::Lost | Origin::NotYetKnown => -1.0,
                };
                [number(run.length), offset]
            })
            .collect();
        numbers.as_slice().into()
    }

    /// Starts the scan anew, which notes what it finds of these disks for
    /// [`takePlaced`](Self::take_placed).
    #[wasm_bindgen(js_name = restartScan)]
    pub fn restart_scan(&mut self, watched: Vec<u8>) {
        self.start_anew();
        for device in watched.into_iter().filter_map(DeviceId::new) {
            self.scan_mut().watch(device);
        }
    }

    /// Notes no more of this disk.
    pub fn unwatch(&mut self, device: u8) {
        if let Some(device) = DeviceId::new(device) {
            self.scan_mut().unwatch(device);
        }
    }

    /// Whether it is known by now that all of this part of a disk is zeros.
    #[wasm_bindgen(js_name = isZero)]
    pub fn is_zero(&self, device: u8, from: f64, to: f64) -> bool {
        let clusters = from_number(from) / CLUSTER_SIZE..from_number(to).div_ceil(CLUSTER_SIZE);
        let index = DeviceId::new(device).and_then(|id| self.found().index(id));
        index.is_some_and(|index| index.is_zero(clusters))
    }

    /// The stored parts of watched disks that the last step of the scan came
    /// by; `room` gives the arrays that they are put into. Throws a `VmaError`.
    #[wasm_bindgen(js_name = takePlaced)]
    pub fn take_placed(&mut self, room: &Room) -> Result<ImageBytesList, JsValue> {
        let pieces = joined(self.scan_mut().take_placed());
        let parts = Array::new();
        for (device, range) in pieces {
            let Some(image) = self.image(device.get()) else { continue };
            let image = image.filled(Fill::Zeros);
            let bytes = read_range(&image, range.clone()).map_err(|error| thrown(&error))?;
            let bytes = put_into(room, &bytes);
            parts.push(&image_bytes(device, range.start, bytes).into());
        }
        Ok(JsValue::from(parts).into())
    }
}

impl Archive {
    fn disk(&self, device: u8) -> Option<Disk> {
        let id = DeviceId::new(device)?;
        if let Some(disk) = self.disks.borrow().get(&id) {
            return Some(disk.clone());
        }
        let image = self.image(device)?;
        let header = Rc::clone(self.header());
        let image = image.filled(Fill::Zeros);
        let disk = Disk::new(image, Identity::new(&header, header.device(id)?));
        // While the scan goes on, the next one may hold more.
        if self.is_scanned() {
            self.disks.borrow_mut().insert(id, disk.clone());
        }
        Some(disk)
    }

    /// A disk on which what is missing reads as a text that says so.
    fn marked_disk(&self, id: DeviceId) -> Option<Disk> {
        let image = self.image(id.get())?.filled(Fill::Pattern);
        Some(Disk::new(image, Identity::new(self.header(), self.header().device(id)?)))
    }

    fn known_disk(&self, device: u8) -> Result<(DeviceId, Disk), JsValue> {
        let known = DeviceId::new(device).zip(self.disk(device));
        known.ok_or_else(|| js_sys::Error::new("no such disk").into())
    }

    fn appliance(
        &self,
        keeps_macs: bool,
        compressed: bool,
        mut with: impl FnMut(DeviceId, Disk) -> Disk,
    ) -> Result<Ova, Refusal> {
        let options =
            Options { keeps_macs, format: DiskFormat::Vmdk, folder: String::new(), stem: None };
        Ova::new(self.header(), &options, compressed, |id| {
            self.disk(id.get()).map(|disk| with(id, disk))
        })
    }
}

fn tapped(id: DeviceId, disk: &Disk, taps: &mut Vec<(DeviceId, Tap)>) -> Disk {
    let tap = Tap::default();
    taps.push((id, tap.clone()));
    disk.tapped(tap)
}

/// Neighbouring clusters as ranges of bytes, none too long.
fn joined(placed: Vec<(DeviceId, ClusterNumber)>) -> Vec<(DeviceId, core::ops::Range<u64>)> {
    let mut ranges: Vec<(DeviceId, core::ops::Range<u64>)> = Vec::new();
    for (device, cluster) in placed {
        let start = cluster.image_offset().0;
        let end = start.saturating_add(CLUSTER_SIZE);
        match ranges.last_mut() {
            Some((last, range))
                if *last == device
                    && range.end == start
                    && end.saturating_sub(range.start) <= PLACED_PIECE =>
            {
                range.end = end;
            }
            _ => ranges.push((device, start..end)),
        }
    }
    ranges
}

fn image_bytes(device: DeviceId, offset: u64, bytes: Uint8Array) -> Fields {
    Fields::default().with("deviceId", device.get()).count("offset", offset).with("bytes", bytes)
}

/// Copies `bytes` into an array that `room` gives, or into a new one if that
/// has another length.
fn put_into(room: &Room, bytes: &[u8]) -> Uint8Array {
    let length = JsValue::from(bytes.len());
    let given = room.unchecked_ref::<Function>().call1(&JsValue::UNDEFINED, &length);
    let given = given.ok().and_then(|given| given.dyn_into::<Uint8Array>().ok());
    match given.filter(|given| usize::try_from(given.length()) == Ok(bytes.len())) {
        Some(array) => {
            array.copy_from(bytes);
            array
        }
        None => Uint8Array::from(bytes),
    }
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

fn ids(devices: impl Iterator<Item = DeviceId>) -> Array {
    devices.map(|device| JsValue::from(device.get())).collect()
}

fn text(text: &Text) -> Fields {
    Fields::default().with("text", text.text.as_str()).with("leftOut", left_out(&text.left_out))
}

fn left_out(left_out: &[LeftOut]) -> Array {
    list(left_out, |left_out| {
        Fields::default()
            .with("key", left_out.key.as_str())
            .with("value", left_out.value.as_str())
            .with("code", left_out.reason.code())
            .with("text", left_out.to_string())
    })
}

/// A `VmaError` for what a format refuses, to throw.
fn refused(refusal: &Refusal) -> JsValue {
    let thrown = js_sys::Error::new(&refusal.to_string());
    thrown.set_name("VmaError");
    let set = |key: &str, value: JsValue| js_sys::Reflect::set(&thrown, &key.into(), &value);
    // Setting a property of a fresh error cannot fail.
    let _ = set("code", refusal.code().into());
    let _ = set("part", "image".into());
    let _ = set("offset", JsValue::NULL);
    thrown.into()
}
