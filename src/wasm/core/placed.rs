//! The parts of a disk as they come up in the scan, and where they lie in the file.

use js_sys::{Array, Float64Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::archive::Archive;
use super::thrown::thrown;
use vma_inspector::archive::unit::{CLUSTER_SIZE, ClusterNumber, DeviceId};
use vma_inspector::image::{Fill, Origin};
use vma_inspector::source::read_range;
use vma_wasm::{DoubtTaken, doubt_of};
use vma_wasm::{ImageBytesList, Room, image_bytes, put_into};
use vma_wasm::{from_number, number};

/// Bytes of a disk that are handed out in one piece while it is scanned.
const PLACED_PIECE: u64 = 4 << 20;

#[wasm_bindgen]
impl Archive {
    /// The runs of a disk in a file without a container, from byte `from` on,
    /// `count` of them at most: length and offset in the file one after the
    /// other, the offset -1 for zeros.
    #[wasm_bindgen(js_name = imageRuns)]
    pub fn image_runs(
        &self,
        device: u8,
        from: f64,
        count: u32,
        doubt: Option<DoubtTaken>,
    ) -> Result<Float64Array, JsValue> {
        let doubt = doubt_of(doubt)?;
        let Some(image) = self.image(device) else { return Ok(Float64Array::new_with_length(0)) };
        let image = image.with_doubt(doubt);
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
        Ok(numbers.as_slice().into())
    }

    /// Starts the scan anew, which notes what it finds of these disks for
    /// [`takePlaced`](Self::take_placed). Throws a `VmaError`.
    #[wasm_bindgen(js_name = restartScan)]
    pub fn restart_scan(&mut self, watched: Vec<u8>) -> Result<(), JsValue> {
        self.start_anew()?;
        for device in watched.into_iter().filter_map(DeviceId::new) {
            self.scan_mut().watch(device);
        }
        Ok(())
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
