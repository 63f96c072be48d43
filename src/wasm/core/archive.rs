//! An opened archive, its scan and its images, as one JavaScript object.

use core::cell::RefCell;
use core::ops::Range;
use std::rc::Rc;

use js_sys::{Float64Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::ahead::{Hands, JsHands};
use super::container::{container, container_name};
use super::looker::JsLooker;
use super::source::{JsSource, Source};
use super::thrown::thrown;
use vma_inspector::archive::finding::Finding;
use vma_inspector::archive::findings::Findings;
use vma_inspector::archive::header::{Config, Device, Header, Standing};
use vma_inspector::archive::unit::DeviceId;
use vma_inspector::container::{Container, Contents, Options, WINDOW_LIMIT, WINDOW_MAX};
use vma_inspector::export::file_name::safe_name;
use vma_inspector::image::{DoubtFigures, Fill, Image};
use vma_inspector::machine::qemu_server_conf::{self, QemuServerConf};
use vma_inspector::passing::Passing;
use vma_inspector::proxmox::backup_name::ending_container;
use vma_inspector::proxmox::unpacker::Given;
use vma_inspector::proxmox::{Prediction, Reading};
use vma_inspector::scan::statistics::ExtentStatistics;
use vma_inspector::scan::{Progress, Scan, Scanned, Scouting};
use vma_inspector::source::hex;
use vma_inspector::source::{ReadAt, read_range};
use vma_wasm::{DoubtTaken, doubt_of};
use vma_wasm::{Fields, from_number, list, number, pairs};

#[wasm_bindgen]
extern "C" {
    /// What the archive says of itself.
    #[wasm_bindgen(typescript_type = "Overview")]
    pub type Overview;
    /// How far the scan has come.
    #[wasm_bindgen(typescript_type = "ScanProgress")]
    pub type ScanProgress;
    /// What the scan has found.
    #[wasm_bindgen(typescript_type = "ScanReport")]
    pub type ScanReport;
    /// A page of findings.
    #[wasm_bindgen(typescript_type = "Finding[]")]
    pub type FindingList;
    /// `qemu-server.conf` in words.
    #[wasm_bindgen(typescript_type = "VmSummary | undefined")]
    pub type VmSummary;
}

/// The longest read of an image in one call, bytes.
const IMAGE_READ_MAX: u64 = 16 << 20;

/// An opened archive. Everything waits for its bytes, so in a browser this
/// belongs into a Worker.
#[wasm_bindgen]
pub struct Archive {
    archive: vma_inspector::archive::Archive,
    scan: Scan,
    /// What Proxmox's program would make of what the scan comes by.
    reading: Reading,
    /// What is on the disks, as the scan comes by.
    passing: Passing<JsLooker>,
    /// Who looks into them.
    looker: JsLooker,
    file: Rc<dyn ReadAt>,
    file_size: u64,
    options: Options,
    /// What bytes of images are read into on their way out; all of them share it.
    pub(super) room: Rc<RefCell<Vec<u8>>>,
}

#[wasm_bindgen]
impl Archive {
    /// Opens an archive: reads its header and nothing else. Throws a `VmaError`;
    /// one with the code `container-window` may go away with `largeWindow`,
    /// which lets a zstd window take up to 1 GiB of memory. `name`, that of the
    /// file, tells the container where its first bytes are overwritten.
    pub fn open(
        source: Source,
        #[wasm_bindgen(js_name = largeWindow)] large_window: Option<bool>,
        name: Option<String>,
    ) -> Result<Archive, JsValue> {
        let source: Rc<dyn ReadAt> = Rc::new(JsSource::new(source));
        let file_size = source.size().unwrap_or_default();
        let hint = name.as_deref().and_then(ending_container);
        let options = Options { hint, ..options(large_window) };
        let archive = vma_inspector::archive::Archive::open(Rc::clone(&source), &options)
            .map_err(|error| thrown(&error))?;
        let (reading, scan) = (Reading::new(&archive), scan_of(&archive));
        let room = Rc::default();
        let looker = JsLooker::new(Rc::clone(&room));
        let passing = passing_of(&archive, &looker);
        Ok(Self { archive, scan, reading, passing, looker, file: source, file_size, options, room })
    }

    /// What the archive says of itself.
    pub fn overview(&self) -> Overview {
        JsValue::from(self.overview_fields()).into()
    }

    /// The bytes of a config; empty for an index that is none.
    pub fn config(&self, index: u32) -> Vec<u8> {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let config = self.scan.header().configs().get(index);
        config.map(|config| config.data.clone()).unwrap_or_default()
    }

    /// `qemu-server.conf` in words; `undefined` if there is none.
    #[wasm_bindgen(js_name = vmSummary)]
    pub fn vm_summary(&self) -> VmSummary {
        let configs = self.scan.header().configs();
        let conf = configs.iter().find(|config| config.name == qemu_server_conf::NAME);
        let summary = conf.map_or(JsValue::UNDEFINED, |config| {
            let conf = QemuServerConf::parse(&String::from_utf8_lossy(&config.data));
            super::summary::summary(&conf, self.scan.header()).into()
        });
        summary.into()
    }

    /// Has threads unpack ahead of whoever reads, where they can. What is read and found
    /// does not depend on them.
    #[wasm_bindgen(js_name = workAhead)]
    pub fn work_ahead(&self, hands: Hands) {
        self.contents().work_ahead(Rc::new(JsHands::new(hands)));
    }

    /// The ranges of the file that the next step of the scan will probably
    /// read, as pairs of offset and length.
    #[wasm_bindgen(js_name = scanWants)]
    pub fn scan_wants(&self) -> Float64Array {
        pairs(&self.scan.wants())
    }

    /// Does a bounded amount of the scan. Throws a `VmaError`.
    #[wasm_bindgen(js_name = scanStep)]
    pub fn scan_step(&mut self) -> Result<ScanProgress, JsValue> {
        let progress = self.scan.step_with(&mut (&mut self.reading, &mut self.passing));
        let progress = progress.map_err(|error| thrown(&error))?;
        Ok(self.progress(progress).into())
    }

    /// Whether the scan is finished.
    #[wasm_bindgen(js_name = isScanned)]
    pub fn is_scanned(&self) -> bool {
        self.scan.found().is_done()
    }

    /// What the scan has found; before its end, so far.
    pub fn report(&self) -> ScanReport {
        let found = self.scan.found();
        let header = self.scan.header();
        let is_learned = !header.is_proven() || header.standing() == Standing::FurtherOn;
        let learned = is_learned.then(|| JsValue::from(self.overview_fields()));
        let devices = header.devices().iter().filter_map(|d| Some((d, found.device(d)?)));
        let fields = Fields::default()
            .with("container", container(self.archive.contents()))
            .with("extents", extents(&found.extents()))
            .with(
                "devices",
                list(devices, |(device, figures)| {
                    device_statistics(device, &figures, self.scan.doubt_figures(device.id))
                }),
            )
            .with("undeclared", undeclared(found))
            .with("overview", learned.unwrap_or(JsValue::NULL))
            .with("findings", groups(found.findings()));
        JsValue::from(fields).into()
    }

    /// Findings of one code, `count` of them from number `from` on.
    pub fn findings(&self, code: &str, from: u32, count: u32) -> FindingList {
        let kept = self.scan.found().findings().group(code).map_or(&[][..], |group| group.kept());
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        JsValue::from(list(kept.iter().skip(from).take(count), finding)).into()
    }

    /// Takes a person's word for the size of a device, in bytes: only where the
    /// header is lost or cannot be believed. Returns whether it was taken.
    #[wasm_bindgen(js_name = assumeSize)]
    pub fn assume_size(&mut self, device: u8, bytes: f64) -> bool {
        let Some(id) = DeviceId::new(device) else { return false };
        self.passing.forget(id);
        self.scan.assume_size(id, from_number(bytes))
    }

    /// Bytes of the image of a device; 0 for a device that is none.
    #[wasm_bindgen(js_name = imageSize)]
    pub fn image_size(&self, device: u8) -> f64 {
        self.image(device).and_then(|image| image.size()).map_or(0.0, number)
    }

    /// Bytes of the image of a device that are lost, as far as is known: a
    /// damaged container may show more of them when the image is read.
    #[wasm_bindgen(js_name = imageLost)]
    pub fn image_lost(&self, device: u8, doubt: Option<DoubtTaken>) -> Result<f64, JsValue> {
        let doubt = doubt_of(doubt)?;
        let image = self.image(device).map(|image| image.with_doubt(doubt));
        Ok(image.map_or(0.0, |image| number(image.lost_bytes(0..u64::MAX))))
    }

    /// Bytes of the image of a device, at most 16 MiB at once; fewer where it
    /// ends. Lost parts read as zeros. Throws a `VmaError`, with the code
    /// `not-yet-known` where the scan has not come to them.
    #[wasm_bindgen(js_name = imageRead)]
    pub fn image_read(
        &self,
        device: u8,
        offset: f64,
        length: f64,
        doubt: Option<DoubtTaken>,
    ) -> Result<Uint8Array, JsValue> {
        let Some(image) = self.image(device) else { return Ok(Uint8Array::new_with_length(0)) };
        let image = image.with_doubt(doubt_of(doubt)?).filled(Fill::Zeros);
        let bytes = read_range(&image, image_range(offset, length)).map_err(|e| thrown(&e))?;
        Ok(bytes.as_slice().into())
    }
}

impl Archive {
    #[inline(never)]
    fn overview_fields(&self) -> Fields {
        let header = self.scan.header();
        let mut findings = Findings::default();
        findings.extend(header.findings().iter().cloned());
        Fields::default()
            .with("container", container_name(self.archive.contents()))
            .with("decodesInOrder", self.archive.contents().decodes_in_order())
            .with("version", 1)
            .with("uuid", header.uuid().to_string())
            .with("createdAt", seconds(header.ctime()))
            .count("headerSize", header.header_size().into())
            .count("blobBufferOffset", header.blob_buffer_offset().into())
            .count("blobBufferSize", header.blob_buffer_size().into())
            .with("headerStanding", standing(header.standing()))
            .with("headerChecksum", checksum(header))
            .with("configs", list((0_u32..).zip(header.configs()), config))
            .with("devices", list(header.devices(), device))
            .count("totalClusters", header.total_clusters())
            .with("findings", groups(&findings))
    }

    pub(super) fn scan(&self) -> &Scan {
        &self.scan
    }

    pub(super) fn prediction(&self) -> Prediction {
        self.reading.prediction_of(Given::of(self.contents().outermost()))
    }

    /// What was opened, as it stands.
    pub(super) fn file(&self) -> &dyn ReadAt {
        &*self.file
    }

    pub(super) fn contents(&self) -> &Contents {
        self.archive.contents()
    }

    pub(super) fn header(&self) -> &Rc<Header> {
        self.scan.header()
    }

    pub(super) fn scan_mut(&mut self) -> &mut Scan {
        &mut self.scan
    }

    pub(super) fn opened(&self) -> &vma_inspector::archive::Archive {
        &self.archive
    }

    /// Takes a scan that was kept in place of what was found so far.
    pub(super) fn go_on_from(&mut self, kept: Scanned) {
        self.scan = Scan::resume(&self.archive, kept);
        self.reading = Reading::accepted();
        self.passing = passing_of(&self.archive, &self.looker);
    }

    /// Starts the scan anew; behind one that was kept, with nothing of what was kept.
    pub(super) fn start_anew(&mut self) -> Result<(), JsValue> {
        if self.scan.is_kept() {
            let archive =
                vma_inspector::archive::Archive::open(Rc::clone(&self.file), &self.options);
            self.archive = archive.map_err(|error| thrown(&error))?;
        }
        self.reading = Reading::new(&self.archive);
        self.passing = passing_of(&self.archive, &self.looker);
        self.scan = scan_of(&self.archive);
        Ok(())
    }

    pub(super) fn looker(&self) -> &JsLooker {
        &self.looker
    }

    pub(super) fn passing(&self) -> &Passing<JsLooker> {
        &self.passing
    }

    pub(super) fn passing_and_scan(&mut self) -> (&mut Passing<JsLooker>, &Scan) {
        (&mut self.passing, &self.scan)
    }

    pub(super) fn found(&self) -> &Scanned {
        self.scan.found()
    }

    pub(super) fn image(&self, device: u8) -> Option<Image> {
        self.scan.image(DeviceId::new(device)?)
    }

    /// Bytes of the file that are behind.
    fn file_bytes(&self, progress: Progress) -> u64 {
        let contents = self.archive.contents().outermost();
        let bytes = match contents.container() {
            // Packed in another one, it is read in order.
            Some(_) if self.archive.contents().outer().is_some() => contents.progress().source,
            // The walk takes no time; what does is to compare every block.
            Some(Container::Lzop) if progress.done => self.file_size,
            Some(Container::Lzop) => progress.compared.map_or(0, |(done, total)| {
                let scaled = u128::from(self.file_size) * u128::from(done);
                let scaled = scaled.checked_div(u128::from(total)).unwrap_or(0);
                u64::try_from(scaled).unwrap_or(u64::MAX)
            }),
            Some(_) => contents.progress().source,
            None => progress.offset.0,
        };
        bytes.min(self.file_size)
    }

    fn progress(&self, progress: Progress) -> JsValue {
        Fields::default()
            .with("done", progress.done)
            .count("fileBytes", self.file_bytes(progress))
            .count("fileSize", self.file_size)
            .count("extents", progress.extents)
            .count("clusters", progress.clusters)
            .count("totalClusters", self.scan.header().total_clusters())
            .count("findings", progress.findings)
            .into()
    }
}

/// A scan whose reads are fetched together: each takes long in a browser.
fn scan_of(archive: &vma_inspector::archive::Archive) -> Scan {
    let mut scan = Scan::new(archive);
    scan.scout(Scouting::default());
    scan
}

fn passing_of(archive: &vma_inspector::archive::Archive, looker: &JsLooker) -> Passing<JsLooker> {
    Passing::new(Rc::<Contents>::clone(archive.contents()), archive.header(), looker.clone())
}

/// `large_window`: lets a zstd window take up to 1 GiB.
pub(super) fn options(large_window: Option<bool>) -> Options {
    let window_max = if large_window == Some(true) { WINDOW_LIMIT } else { WINDOW_MAX };
    Options { window_max, ..Options::default() }
}

fn image_range(offset: f64, length: f64) -> Range<u64> {
    let start = from_number(offset);
    start..start.saturating_add(from_number(length).min(IMAGE_READ_MAX))
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Sound => "sound",
        Standing::Mended => "mended",
        Standing::Doubtful => "doubtful",
        Standing::FurtherOn => "further-on",
        Standing::Lost => "lost",
    }
}

fn checksum(header: &Header) -> Fields {
    Fields::default()
        .with("ok", header.is_trusted())
        .with("stated", hex(&header.stated_md5()))
        .with("computed", hex(&header.computed_md5()))
}

fn config((index, config): (u32, &Config)) -> Fields {
    Fields::default()
        .with("index", index)
        .with("name", config.name.as_str())
        .with("safeName", safe_name(&config.name))
        .count("size", u64::try_from(config.data.len()).unwrap_or(u64::MAX))
}

fn device(device: &Device) -> Fields {
    Fields::default()
        .with("id", device.id.get())
        .with("name", device.name.as_str())
        .with("safeName", safe_name(&device.name))
        .count("size", device.size)
        .count("clusters", device.clusters())
        .with("isVmstate", device.is_vmstate())
}

fn extents(extents: &ExtentStatistics) -> Fields {
    let mean =
        if extents.count == 0 { 0.0 } else { number(extents.clusters) / number(extents.count) };
    Fields::default()
        .count("count", extents.count)
        .count("checked", extents.checked)
        .count("broken", extents.broken)
        .count("clustersMin", extents.clusters_min)
        .count("clustersMax", extents.clusters_max)
        .with("clustersMean", mean)
        .count("headerBytes", extents.header_bytes)
        .count("dataBytes", extents.data_bytes)
        .count("skippedBytes", extents.skipped_bytes)
        .count("deviceSwitches", extents.device_switches)
        .count("mixed", extents.mixed)
        .count("clustersOutOfOrder", extents.clusters_out_of_order)
}

fn device_statistics(
    device: &Device,
    figures: &vma_inspector::scan::statistics::DeviceStatistics,
    doubt: DoubtFigures,
) -> Fields {
    let clusters = Fields::default()
        .count("total", figures.clusters)
        .count("full", figures.counts.full)
        .count("partial", figures.counts.partial)
        .count("zero", figures.counts.zero)
        .count("missing", figures.missing_clusters)
        .count("twice", figures.counts.twice)
        .count("cut", figures.counts.cut)
        .count("doubtedFull", doubt.full)
        .count("doubtedPartial", doubt.partial);
    Fields::default()
        .with("id", device.id.get())
        .count("storedBytes", figures.stored_bytes)
        .count("zeroBytes", figures.zero_bytes)
        .count("missingBytes", figures.missing_bytes)
        .count("doubtBytes", doubt.bytes)
        .with("clusters", clusters)
        .count("imageSize", figures.image_size)
}

fn undeclared(found: &Scanned) -> js_sys::Array {
    list(found.undeclared(), |(id, device)| {
        Fields::default().with("id", id.get()).count("clusters", device.clusters).count(
            "storedBytes",
            device.stored_blocks.saturating_mul(vma_inspector::archive::unit::BLOCK_SIZE),
        )
    })
}

fn groups(findings: &Findings) -> js_sys::Array {
    list(findings.groups(), |(code, group)| {
        Fields::default()
            .with("code", code)
            .with("severity", group.severity().name())
            .count("count", group.count())
            .count("listed", u64::try_from(group.kept().len()).unwrap_or(u64::MAX))
    })
}

#[inline(never)]
pub(super) fn finding(finding: &Finding) -> Fields {
    Fields::default()
        .with("code", finding.kind.code())
        .with("severity", finding.kind.severity().name())
        .count_or_null("offset", finding.offset.map(|offset| offset.0))
        .count_or_null("deviceId", finding.device.map(|device| device.get().into()))
        .count_or_null("cluster", finding.cluster.map(|cluster| cluster.0.into()))
        .count_or_null("clusterCount", finding.cluster_count())
        .text("expected", finding.kind.expected().as_deref())
        .text("found", finding.kind.found().as_deref())
        .with("text", finding.to_string())
}

/// Seconds since 1970, before it negative.
#[allow(clippy::as_conversions)]
fn seconds(ctime: i64) -> f64 {
    ctime as f64
}
