//! A disk's file that is written in any order, as its parts come up in the scan.

use js_sys::{Float64Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::backup::{Backup, Reading};
use super::thrown::refused;
use vma_inspector::export::disk::{DiskFile, DiskFormat, Place};
use vma_inspector::source::{ReadAt, read_range};
use vma_wasm::Below;
use vma_wasm::{Room, put_into};
use vma_wasm::{from_number, number, pairs};

/// The longest read of a file's own parts in one call, bytes.
const OWN_READ_MAX: u64 = 16 << 20;

/// The layout of a disk's file, to be written in any order: its own parts, and
/// what comes of the disk where it belongs. The rest is zeros.
#[wasm_bindgen]
pub struct Placement {
    file: DiskFile,
    below: Below,
}

#[wasm_bindgen]
impl Placement {
    /// Bytes of the file.
    pub fn size(&self) -> f64 {
        self.file.size().map_or(0.0, number)
    }

    /// The parts of the file that are not of the disk, as pairs of offset and
    /// length.
    #[wasm_bindgen(js_name = ownParts)]
    pub fn own_parts(&self) -> Float64Array {
        pairs(&self.file.own_parts())
    }

    /// Bytes of an own part, at most 16 MiB at once; `room` gives the array
    /// that they are put into. Throws a `VmaError`.
    #[wasm_bindgen(js_name = readOwn)]
    pub fn read_own(&self, offset: f64, length: f64, room: &Room) -> Result<Uint8Array, JsValue> {
        let start = from_number(offset);
        let range = start..start.saturating_add(from_number(length).min(OWN_READ_MAX));
        let bytes = read_range(&self.file, range).map_err(|error| self.below.thrown(&error))?;
        Ok(put_into(room, &bytes))
    }

    /// Where the file holds a part of the disk: offset in the file, offset in
    /// the disk, length, and so on.
    pub fn places(&self, offset: f64, length: f64) -> Float64Array {
        let start = from_number(offset);
        let places = self.file.places(start..start.saturating_add(from_number(length)));
        let numbers: Vec<f64> = places
            .iter()
            .flat_map(|Place { file, image }| [*file, image.start, image.end - image.start])
            .map(number)
            .collect();
        Float64Array::from(numbers.as_slice())
    }
}

#[wasm_bindgen]
impl Backup {
    /// How the file of a disk is laid out in a format whose size is exact: to be asked
    /// when the scan is finished. What is in doubt is stored in it: in a pass it shows
    /// only later. Throws a `VmaError`.
    pub fn placement(&self, device: u8, format: &str) -> Result<Placement, JsValue> {
        let (_, disk) = self.known_disk(device, Reading::default())?;
        let format = DiskFormat::ALL.into_iter().find(|known| known.code() == format);
        let format = format.ok_or_else(|| js_sys::Error::new("no such format"))?;
        let file = disk.file(format).map_err(|refusal| refused(&refusal))?;
        Ok(Placement { file, below: self.below.clone() })
    }
}
