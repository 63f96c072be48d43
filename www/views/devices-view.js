/** The disks: how much of each is there, and the way to save one. */
import { isScanned } from "../shared/scan-phase.js";
import { lastSaveOf } from "../page/save.js";
import { doubtBytes, doubtOf, isBeginningLost, isHeaderCut, missingBytes } from "../words/facts.js";
import { exactSize, size, whenKept } from "../words/format.js";
import { count, share } from "../words/numbers.js";
import { pieces, text } from "../words/text.js";
import { clusterTable } from "./cluster-bar.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { badge, facts, foreign, table } from "./parts.js";
import { saveBox } from "./save-box.js";
import { savePanel } from "./save-panel.js";
import { sizeField } from "./size-field.js";
import { diskStrip } from "./strip/disk-strip.js";

/** @typedef {import("../core/vma_inspector.js").DeviceEntry} Device */
/** @typedef {import("../core/vma_inspector.js").DeviceStatistics} Statistics */
/** @typedef {import("../page/model.js").ShownArchive} ShownArchive */
/** @typedef {import("../page/model.js").State} State */

/** @param {import("../page/model.js").Send} send */
export function devicesView(send) {
  const section = byId("devices");
  const list = h("div", { class: "stack" });
  const extra = h("div");
  section.append(h("h2", { id: "devices-title" }, text("devices.title")), list, extra);
  /** @type {Map<number, ReturnType<typeof deviceCard>>} */
  let cards = new Map();

  const build = whenChanged(
    ({ archive }) => [archive?.overview, archive],
    (overview, archive) => {
      section.hidden = !overview;
      if (!archive || archive.overview === shownOverview) return;
      shownOverview = archive.overview;
      cards = new Map(archive.overview.devices.map((d) => [d.id, deviceCard(d, archive, send)]));
      fill(
        list,
        [...cards.values()].map(({ root }) => root),
      );
      const none = isHeaderCut(archive.overview) ? text("devices.unknown") : text("devices.none");
      if (cards.size === 0) fill(list, h("p", { class: "card" }, none));
    },
  );
  /** @type {ShownArchive["overview"] | null} */
  let shownOverview = null;
  const drawExtra = whenChanged(
    ({ archive }) => [archive?.scan.report?.undeclared],
    (undeclared) => {
      fill(extra, undeclared && undeclared.length > 0 && undeclaredTable(undeclared));
    },
  );
  const drawCards = whenChanged(
    ({ archive, saves, abilities }) => [archive, saves, abilities],
    (archive, saves, abilities) => {
      if (!archive) return;
      for (const [id, card] of cards) {
        card.draw(archive, lastSaveOf(saves, archive.id, id), abilities);
      }
    },
  );
  /** @param {State} state */
  return (state) => {
    build(state);
    drawExtra(state);
    drawCards(state);
  };
}

/**
 * @param {Device} device
 * @param {ShownArchive} archive
 * @param {import("../page/model.js").Send} send
 */
function deviceCard(device, archive, send) {
  const panel = savePanel(device, send);
  const box = saveBox(send);
  const boxPlace = h("div");
  const state = h("span");
  const strip = diskStrip(device, send);
  const numbers = h("div", { class: "device-numbers" });
  const root = h(
    "article",
    { class: "card device", "aria-labelledby": `device-${device.id}-title` },
    h(
      "div",
      { class: "device-head" },
      h("h3", { id: `device-${device.id}-title` }, foreign(device.name), " ", state),
      h("p", { class: "quiet device-line" }, deviceLine(device, archive)),
    ),
    sizeField(device, archive, send),
    panel.root,
    boxPlace,
    strip.root,
    numbers,
  );
  /** @type {unknown} */
  let drawnReport = null;
  let drawnPhase = "";

  /**
   * @param {ShownArchive} archive
   * @param {import("../page/model.js").Save | null} current
   * @param {State["abilities"]} abilities
   */
  function draw(archive, current, abilities) {
    const { scan } = archive;
    panel.draw(archive, current, abilities);
    strip.update(archive);
    if (current) box.draw(current);
    if (boxPlace.contains(box.root) !== (current !== null)) fill(boxPlace, current && box.root);
    if (scan.report === drawnReport && scan.phase === drawnPhase) return;
    drawnReport = scan.report;
    drawnPhase = scan.phase;
    const statistics = scan.report?.devices.find(({ id }) => id === device.id);
    fill(
      state,
      statistics ? stateBadges(archive, statistics, missingBytes(archive, device.id)) : null,
    );
    fill(numbers, ...(statistics ? drawNumbers(device, statistics, archive) : []));
  }

  return { root, draw };
}

/**
 * @param {Device} device
 * @param {ShownArchive} archive
 */
function deviceLine({ id, size: bytes, isVmstate }, { summary }) {
  const disk = summary?.disks.find(({ deviceId }) => deviceId === id);
  const about = { size: exactSize(bytes), id: String(id) };
  return [
    isVmstate ? text("device.memory-line", about) : text("device.line", about),
    disk && [" · ", foreign(disk.key)],
    disk?.storage && [" ", ...pieces("device.storage", { name: foreign(disk.storage) })],
  ].flat(2);
}

/**
 * What is missing and what is in doubt stand beside each other.
 * @param {ShownArchive} archive
 * @param {Statistics} statistics
 * @param {number} missing bytes
 */
function stateBadges({ scan, overview }, { id, clusters }, missing) {
  if (!isScanned(scan)) return [badge("neutral", text("device.partly-scanned"))];
  const doubt = doubtOf(scan.report, [id]);
  const isLost = isBeginningLost(overview);
  const lacks = isLost
    ? text("device.bytes-missing-at-least", { size: size(missing) })
    : text("device.bytes-missing", { size: size(missing) });
  const hurt = [
    missing > 0 && badge("damage", lacks),
    doubt.bytes > 0 && badge("damage", text("device.in-doubt", { size: size(doubt.bytes) })),
    missing + doubt.bytes > 0 &&
      doubt.isUnproven &&
      badge("warning", text("device.rest-not-proven")),
    isLost && badge("warning", text("device.size-unknown")),
  ].filter((each) => each !== false);
  if (hurt.length > 0) return hurt;
  // Nobody can tell whether this disk is hit.
  if (doubt.isUnproven) return [badge("warning", text("device.not-proven"))];
  if (clusters.twice > 0) return [badge("warning", text("device.twice"))];
  const when = whenKept(scan);
  if (when !== null) return [badge("neutral", text("kept-scan.nothing-missing", { when }))];
  return [badge("good", text("device.nothing-missing"))];
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
    h(
      "div",
      { class: "device-columns" },
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
    ),
  ];
}

/** @param {import("../core/vma_inspector.js").ScanReport["undeclared"]} undeclared */
function undeclaredTable(undeclared) {
  return h(
    "div",
    { class: "card" },
    table(
      text("undeclared.caption"),
      [text("undeclared.device"), text("clusters.number"), text("device.stored")],
      undeclared.map(({ id, clusters, storedBytes }) => [
        text("undeclared.number", { id: String(id) }),
        count(clusters),
        size(storedBytes),
      ]),
    ),
  );
}
