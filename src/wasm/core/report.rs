//! What the report says beyond what was found: what Proxmox's own program
//! would say, what it thinks of the file's name, and what is lost of a disk.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::archive::{Archive, options};
use super::source::{JsSource, Source};
use super::thrown::thrown;
use vma_inspector::archive::unit::DeviceId;
use vma_inspector::container::Container;
use vma_inspector::export::disk::{damage_map, lost_ranges};
use vma_inspector::proxmox::backup_name::{BackupName, Problem};
use vma_inspector::proxmox::renamed::{Remark, remarks};
use vma_inspector::proxmox::{Prediction, Verdict, predict_unopened};
use vma_inspector::source::ReadAt;
use vma_wasm::{DoubtTaken, doubt_of};
use vma_wasm::{Fields, list, number, pairs};

#[wasm_bindgen]
extern "C" {
    /// What Proxmox's own program would say.
    #[wasm_bindgen(typescript_type = "ProxmoxPrediction")]
    pub type ProxmoxPrediction;
    /// What Proxmox makes of a file's name.
    #[wasm_bindgen(typescript_type = "FileNameVerdict")]
    pub type FileNameVerdict;
    /// Which ranges of a disk are lost.
    #[wasm_bindgen(typescript_type = "LostRanges")]
    pub type LostRanges;
}

#[wasm_bindgen]
impl Archive {
    /// What Proxmox's own program would say, as far as the scan has come.
    pub fn proxmox(&self) -> ProxmoxPrediction {
        let unpacks = self.unpacks();
        prediction(&self.prediction(), Some(unpacks)).into()
    }

    /// What Proxmox's own program would say of a source that cannot be opened
    /// here. Throws a `VmaError` where it does not come to see an archive.
    #[wasm_bindgen(js_name = proxmoxOfRefused)]
    pub fn proxmox_of_refused(
        source: Source,
        #[wasm_bindgen(js_name = largeWindow)] large_window: Option<bool>,
    ) -> Result<ProxmoxPrediction, JsValue> {
        let source: Rc<dyn ReadAt> = Rc::new(JsSource::new(source));
        let foretold = predict_unopened(source, &options(large_window));
        foretold.map(|foretold| prediction(&foretold, None).into()).map_err(|error| thrown(&error))
    }

    /// What Proxmox makes of the name of the file.
    #[wasm_bindgen(js_name = fileName)]
    pub fn file_name(&self, name: &str) -> FileNameVerdict {
        let container = self.contents().outermost().container();
        let judged = BackupName::judge(name, container, self.header().ctime());
        let config = self.conf_text().unwrap_or_default();
        let remarks = remarks(name, self.header().ctime(), &config);
        let costs: Array = judged.costs().iter().map(|cost| JsValue::from(cost.code())).collect();
        let named = match judged.problem {
            Some(Problem::Container { named }) => Some(named.map_or("plain", Container::name)),
            _ => None,
        };
        let fields = Fields::default()
            .with("accepted", judged.problem.is_none())
            .text("problem", judged.problem.map(Problem::code))
            .text("named", named)
            .with("right", judged.right)
            .text("vmid", judged.vmid.as_deref())
            .with("timeFrom", judged.time_from.name())
            .with("standard", judged.is_standard)
            .text("message", judged.problem.and_then(Problem::message).as_deref())
            .with("costs", costs)
            .with("remarks", list(remarks, remark));
        JsValue::from(fields).into()
    }

    /// The first `max` ranges of the image of a device that are lost; none as
    /// long as the scan is not finished.
    #[wasm_bindgen(js_name = lostRanges)]
    pub fn lost_ranges(&self, device: u8, max: u32) -> LostRanges {
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        let id = DeviceId::new(device).filter(|_| self.scan().found().is_done());
        let image = id.and_then(|id| self.scan().image(id));
        let (mut first, mut count, mut bytes) = (Vec::new(), 0, 0);
        for range in image.iter().flat_map(|image| lost_ranges(image.runs(0..u64::MAX))) {
            count += 1;
            bytes += range.end.saturating_sub(range.start);
            if first.len() < max {
                first.push(range);
            }
        }
        let fields = Fields::default()
            .count("count", count)
            .count("bytes", bytes)
            .with("first", pairs(&first));
        JsValue::from(fields).into()
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

    /// The version of the core.
    pub fn version() -> String {
        env!("CARGO_PKG_VERSION").into()
    }
}

fn prediction(foretold: &Prediction, unpacks: Option<&str>) -> JsValue {
    Fields::default()
        .with("unpacks", unpacks.unwrap_or("not-known"))
        .with("list", verdict(foretold.list.as_ref()))
        .with("verify", verdict(foretold.verify.as_ref()))
        .with("extract", verdict(foretold.extract.as_ref()))
        .into()
}

fn verdict(verdict: Option<&Verdict>) -> JsValue {
    verdict.map_or(JsValue::NULL, |verdict| {
        Fields::default().with("verdict", verdict.code()).text("message", verdict.message()).into()
    })
}

fn remark(remark: Remark) -> Fields {
    let fields = Fields::default().with("code", remark.code());
    match remark {
        Remark::Time { named, written, .. } => fields.with("named", named).with("found", written),
        Remark::Vmid { named, volumes } => {
            fields.with("named", named).with("found", volumes.join(", "))
        }
    }
}
