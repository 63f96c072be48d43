//! What a person looks at byte by byte: the archive and its disks with their gaps, and
//! what each byte of a header means.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::archive::Archive;
use super::thrown::thrown;
use vma_inspector::archive::extent::{ExtentHeader, HEADER_LENGTH, HEADER_SIZE, MAGIC, Slot};
use vma_inspector::archive::field::{Field, of_extent, of_header};
use vma_inspector::archive::unit::{BLOCK_SIZE, BLOCKS_PER_CLUSTER};
use vma_inspector::source::{Gap, ReadAt, gaps, read_range};
use vma_wasm::{Fields, from_number, number};
use vma_wasm_bytes::SourceBytes;

/// Bytes that are searched for an extent header in one call.
const SEARCHED: u64 = 256 << 10;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("bytes.ts");

#[wasm_bindgen]
extern "C" {
    /// A field of a header.
    #[wasm_bindgen(typescript_type = "HeaderField | undefined")]
    pub type HeaderField;
    /// What a byte of an extent is.
    #[wasm_bindgen(typescript_type = "ByteOfExtent | undefined")]
    pub type ByteOfExtent;
}

#[wasm_bindgen]
impl Archive {
    /// The bytes of a device, or for 0 those of the archive, as they are: a read stops
    /// before what is lost or not known yet. `undefined` for a device that is none.
    #[wasm_bindgen(js_name = bytesAsTheyAre)]
    pub fn bytes_as_they_are(&self, device: u8) -> Option<SourceBytes> {
        let bytes = match device {
            0 => self.scan().doubted(),
            _ => Rc::new(self.image(device)?),
        };
        Some(SourceBytes::new(bytes, Rc::clone(&self.room)))
    }

    /// Bytes of the archive that were unpacked so far, or all there are.
    #[wasm_bindgen(js_name = archiveSeen)]
    pub fn archive_seen(&self) -> f64 {
        let contents = self.contents();
        number(contents.size().unwrap_or_else(|| contents.progress().contents))
    }

    /// The field of the archive header that has this byte of the archive; `undefined`
    /// where no header is.
    #[wasm_bindgen(js_name = headerField)]
    pub fn header_field(&self, offset: f64) -> HeaderField {
        let header = self.header();
        let first = header.first_extent().0;
        let start = first.saturating_sub(header.header_size().into());
        let within = from_number(offset).checked_sub(start).filter(|_| start < first);
        let found = within.and_then(|within| of_header(header, self.opened().stated(), within));
        found.map_or(JsValue::UNDEFINED, |found| field(&found, start)).into()
    }

    /// Where the last sound extent header of this archive starts, of those that start
    /// in the 256 KiB before `end`. Throws a `VmaError`.
    #[wasm_bindgen(js_name = extentBefore)]
    pub fn extent_before(&self, end: f64) -> Result<Option<f64>, JsValue> {
        let end = from_number(end);
        let mut range = end.saturating_sub(SEARCHED)..end.saturating_add(HEADER_SIZE - 1);
        let archive = self.scan().doubted();
        // A read stops before what is lost.
        let lost = gaps(&*archive, range.start..end).filter(Gap::stops_reads).last();
        range.start = lost.map_or(range.start, |gap| gap.end);
        let bytes = read_range(&*archive, range.clone()).map_err(|error| thrown(&error))?;
        let uuid = self.header().uuid();
        let found = bytes.windows(HEADER_LENGTH).rposition(|window| {
            let header = window.starts_with(&MAGIC).then(|| window.first_chunk()).flatten();
            header.is_some_and(|bytes| ExtentHeader::parse(bytes).faults(uuid).is_empty())
        });
        let at = found.and_then(|at| u64::try_from(at).ok());
        Ok(at.map(|at| number(range.start.saturating_add(at))))
    }

    /// What a byte of the archive is, in the extent that starts at `start`; `undefined`
    /// where none does, or it ends before. Throws a `VmaError`.
    #[wasm_bindgen(js_name = byteOfExtent)]
    pub fn byte_of_extent(&self, start: f64, offset: f64) -> Result<ByteOfExtent, JsValue> {
        let (start, offset) = (from_number(start), from_number(offset));
        let bytes = read_range(&*self.scan().doubted(), start..start.saturating_add(HEADER_SIZE));
        let bytes = bytes.map_err(|error| thrown(&error))?;
        let header = bytes.first_chunk::<HEADER_LENGTH>().map(ExtentHeader::parse);
        let within = offset.checked_sub(start);
        let found = header.zip(within).filter(|(header, within)| *within < header.size());
        let Some((header, within)) = found else { return Ok(JsValue::UNDEFINED.into()) };
        let named = of_extent(within).map_or(JsValue::NULL, |found| field(&found, start));
        let fields = Fields::default()
            .count("start", start)
            .count("size", header.size())
            .with("field", named)
            .with("stored", stored(&header, within));
        Ok(JsValue::from(fields).into())
    }
}

/// A field of the header that starts at `start` of the archive.
fn field(field: &Field, start: u64) -> JsValue {
    Fields::default()
        .with("code", field.code)
        .with("form", field.form.code())
        .count("start", start.saturating_add(field.start))
        .count("length", field.length)
        .count_or_null("number", field.number)
        .into()
}

/// Of which block of a disk the byte `within` an extent is.
fn stored(header: &ExtentHeader, within: u64) -> JsValue {
    let number = within.checked_sub(HEADER_SIZE).map(|data| data / BLOCK_SIZE);
    let found = number.and_then(|number| {
        let blocks = header.slots().iter().flat_map(|slot: &Slot| {
            let stored = (0..BLOCKS_PER_CLUSTER).filter(|&block| slot.mask.is_stored(block));
            stored.map(move |block| (slot, block))
        });
        blocks.zip(0_u64..).find_map(|(found, at)| (at == number).then_some(found))
    });
    found.map_or(JsValue::NULL, |(slot, block)| {
        Fields::default()
            .with("deviceId", slot.device.get())
            .with("slot", slot.number)
            .with("cluster", slot.cluster.0)
            .with("block", block)
            .into()
    })
}
