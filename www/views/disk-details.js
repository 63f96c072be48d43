/** What opens below the line of a disk: its numbers, its hash, and how it is saved. */
import { lastSaveOf } from "../page/save.js";
import { isScanned } from "../shared/scan-phase.js";
import { doubtBytes, missingBytes, statisticsOf } from "../words/facts.js";
import { exactSize, size } from "../words/format.js";
import { share } from "../words/numbers.js";
import { pieces, text } from "../words/text.js";
import { clusterTable } from "./cluster-table.js";
import { fill, h } from "./dom.js";
import { facts, foreign } from "./parts.js";
import { savePanel } from "./save-panel.js";
import { sizeField } from "./size-field.js";

/** @typedef {import("../core/vma_inspector.js").DeviceEntry} Device */
/** @typedef {import("../core/vma_inspector.js").DeviceStatistics} Statistics */
/** @typedef {import("../core/vma_inspector.js").DiskContents} DiskContents */
/** @typedef {import("../page/model.js").ShownArchive} ShownArchive */

/**
 * What makes the view of what is on a disk; loaded when the first one is to be seen.
 * @typedef {() => Promise<(contents: DiskContents) => HTMLElement>} LoadContents
 */

/**
 * @param {Device} device
 * @param {ShownArchive} archive
 * @param {import("../page/model.js").Send} send
 * @param {LoadContents} loadContents
 */
export function diskDetails(device, archive, send, loadContents) {
  const panel = savePanel(device, send);
  const numbers = h("div", { class: "device-columns" });
  const contentsPlace = h("div");
  const root = h(
    "div",
    { class: "disk-details" },
    h("p", { class: "quiet" }, deviceLine(device, archive)),
    sizeField(device, archive, send),
    contentsPlace,
    panel.root,
    numbers,
  );
  /** @type {DiskContents | undefined} */
  let drawnContents;
  /** @type {unknown} */
  let drawnReport = null;
  let drawnPhase = "";

  /** @param {import("../page/model.js").DisksDrawn} drawn */
  function draw({ archive, saves, abilities, format }) {
    const { scan } = archive;
    const contents = archive.contents.get(device.id);
    if (contents && contents !== drawnContents) showContents(contents);
    panel.draw(archive, lastSaveOf(saves, archive.id, device.id), abilities, format);
    if (scan.report === drawnReport && scan.phase === drawnPhase) return;
    drawnReport = scan.report;
    drawnPhase = scan.phase;
    const statistics = statisticsOf(scan.report, device.id);
    fill(numbers, ...(statistics ? drawNumbers(device, statistics, archive) : []));
  }

  /** @param {DiskContents} contents */
  function showContents(contents) {
    drawnContents = contents;
    loadContents()
      .then((contentsOf) => drawnContents === contents && fill(contentsPlace, contentsOf(contents)))
      // It is tried again when the disk is drawn the next time.
      .catch(() => (drawnContents = undefined));
  }

  return { root, draw };
}

/**
 * @param {Device} device
 * @param {ShownArchive} archive
 */
function deviceLine({ id, name, size: bytes, isVmstate }, { summary }) {
  const disk = summary?.disks.find(({ deviceId }) => deviceId === id);
  const about = { size: exactSize(bytes), id: String(id) };
  return [
    foreign(name),
    " · ",
    isVmstate ? text("device.memory-line", about) : text("device.line", about),
    disk?.storage && [" ", ...pieces("device.storage", { name: foreign(disk.storage) })],
  ].flat(2);
}

/**
 * @param {Device} device
 * @param {Statistics} statistics
 * @param {ShownArchive} archive
 */
function drawNumbers(device, { clusters, storedBytes, zeroBytes, imageSize }, archive) {
  const { scan, file, overview } = archive;
  const final = isScanned(scan);
  const missing = missingBytes(archive, device.id);
  const doubt = doubtBytes(archive, device.id);
  const plain = overview.container === "plain";
  const whole = plain ? file.size : scan.report?.container.unpackedSize;
  return [
    facts(
      [
        [text("device.stored"), size(storedBytes)],
        whole
          ? [
              plain ? text("device.share-of-file") : text("device.share-unpacked"),
              share(storedBytes, whole),
            ]
          : null,
        [text("device.zeros"), size(zeroBytes)],
        [final ? text("device.missing") : text("device.unseen"), size(missing)],
        doubt > 0 && [text("device.doubt"), `${size(doubt)} · ${share(doubt, imageSize)}`],
        imageSize !== device.size && [text("device.image-size"), exactSize(imageSize)],
      ],
      true,
    ),
    clusterTable(device.name, clusters, doubt, final),
  ];
}
