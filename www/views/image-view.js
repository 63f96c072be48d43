/** What a disk image is that is open: no backup, and nothing of it can be checked. */
import { largestVolume } from "../page/volumes.js";
import { isScanned } from "../shared/scan-phase.js";
import { containerVerdict } from "../words/container.js";
import { contentsLine } from "../words/disk-contents.js";
import { exactSize, size } from "../words/format.js";
import { share } from "../words/numbers.js";
import { text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { badge, button, facts, foreign } from "./parts.js";

/** @typedef {import("../page/model.js").ShownArchive} ShownArchive */
/** @typedef {import("../page/model.js").Send} Send */
/** @typedef {import("../shared/opened.js").ImageFacts} ImageFacts */

/** Snapshots that are named. */
const NAMED = 8;

/** @param {Send} send */
export function imageView(send) {
  const section = byId("image");
  /** @type {number | null} */
  let shown = null;
  return whenChanged(
    ({ archive }) => [archive],
    (archive) => {
      section.hidden = !archive?.image;
      fill(section, archive?.image && card(archive, archive.image, send));
      const isNew = archive?.image && shown !== archive.id;
      shown = archive?.id ?? null;
      if (isNew) section.querySelector("h2")?.focus({ preventScroll: true });
    },
  );
}

/**
 * @param {ShownArchive} archive
 * @param {ImageFacts} image
 * @param {Send} send
 */
function card(archive, image, send) {
  const { file, overview, contents } = archive;
  const disk = overview.devices[0];
  const found = disk && contents.get(disk.id);
  return h(
    "div",
    { class: "card" },
    h("h2", { id: "image-title", tabindex: "-1" }, titleOf(archive, image)),
    h("p", { class: "quiet" }, foreign(file.name), `, ${exactSize(file.size)}`),
    progressOf(archive),
    h("p", {}, isCompared(archive) ? text("image.checked") : text("image.not-checked")),
    facts([
      found ? [text("image.holds"), foreign(contentsLine(found))] : null,
      image.facts && [text("image.layout"), layoutOf(image.facts)],
      ...snapshotsOf(image.facts),
    ]),
    ...remarksOf(image.facts),
    ...containerOf(archive),
    buttons(archive, send),
    image.facts && asRaw(send),
  );
}

/**
 * @param {ShownArchive} archive
 * @param {ImageFacts} image
 */
function titleOf({ overview }, { format }) {
  const bytes = overview.devices[0]?.size ?? 0;
  // Of what is packed it is known only at the end how long it is.
  return bytes > 0
    ? text("image.title", { format, size: size(bytes) })
    : text("image.title-unsized", { format });
}

/** @param {ShownArchive} archive */
function progressOf({ scan: { phase, progress } }) {
  if (phase !== "running" || !progress) return null;
  const done = share(progress.fileBytes, progress.fileSize);
  return h("p", {}, text("image.unpacking", { share: done }));
}

/** @param {NonNullable<ImageFacts["facts"]>} facts */
function layoutOf({ version, clusterSize, compression }) {
  return text("image.qcow2", { version: String(version), cluster: size(clusterSize), compression });
}

/**
 * Snapshots are in the file, and are not what is shown.
 * @param {ImageFacts["facts"]} facts
 * @returns {[string, ReturnType<typeof foreign>[]][]}
 */
function snapshotsOf(facts) {
  if (!facts || facts.snapshots === 0) return [];
  const names = facts.named.slice(0, NAMED).map(({ name }) => foreign(`${name} `));
  return [[text("image.snapshots", { count: facts.snapshots }), names]];
}

/** @param {ImageFacts["facts"]} facts */
function remarksOf(facts) {
  return [
    facts?.isDirty && h("p", {}, badge("warning", text("image.dirty"))),
    facts?.isMarkedCorrupt && h("p", {}, badge("warning", text("image.marked-corrupt"))),
  ];
}

/**
 * Whether something of the file has checksums that were compared.
 * @param {ShownArchive} archive
 */
function isCompared({ scan }) {
  return isScanned(scan) && (scan.report?.container.checksums.checked ?? 0) > 0;
}

/**
 * What is wrong with what it is packed in. That its checksums agree proves the file as it was
 * packed, and not the disk.
 * @param {ShownArchive} archive
 */
function containerOf({ scan }) {
  const container = scan.report?.container;
  if (!container || container.findings.length === 0) return [];
  const { title, text: words } = containerVerdict(container, scan);
  return [h("p", {}, badge("damage", title)), h("p", {}, words)];
}

/**
 * @param {ShownArchive} archive
 * @param {Send} send
 */
function buttons({ contents }, send) {
  const volume = largestVolume(contents);
  return h(
    "p",
    {},
    volume && button(text("tab.files"), () => send({ type: "volume-chosen", volume })),
    volume && " ",
    button(text("tab.bytes"), () => send({ type: "tab-chosen", tab: "bytes" })),
  );
}

/**
 * A guest can write such a header into the first sector of its raw disk.
 * @param {Send} send
 */
function asRaw(send) {
  return h(
    "details",
    {},
    h("summary", {}, text("image.as-raw")),
    h("p", {}, text("image.as-raw-why")),
    button(text("image.as-raw"), () => send({ type: "as-raw-wanted" })),
  );
}
