/** Asks before a file is kept of which parts are missing or in doubt. */
import { isWritten } from "../page/save.js";
import { doubtBytes, doubtOf, missingBytes } from "../words/facts.js";
import { exactSize } from "../words/format.js";
import { share } from "../words/numbers.js";
import { pieces, text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { button, foreign } from "./parts.js";

/** @typedef {import("../page/model.js").Save} Save */
/** @typedef {import("../page/model.js").Send} Send */
/** @typedef {import("../page/model.js").ShownArchive} ShownArchive */

/** @param {Send} send */
export function questionView(send) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("question"));
  /** Which question is shown; a save may have one before and one after it is written. */
  let asked = "";
  // Escape closes the dialog without asking the state.
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    send({ type: "save-declined" });
  });
  return whenChanged(
    ({ question, saves, archive }) => [question, saves, archive],
    (question, saves, archive) => {
      const save = saves.find(({ id }) => id === question);
      if (!save || !archive) {
        asked = "";
        if (dialog.open) dialog.close();
        return;
      }
      const one = `${save.id} ${isWritten(save)}`;
      if (asked === one) return;
      asked = one;
      fill(dialog, ...questionFor(archive, save, send));
      if (!dialog.open) dialog.showModal();
    },
  );
}

/**
 * @param {ShownArchive} archive
 * @param {Save} save
 * @param {Send} send
 */
function questionFor(archive, save, send) {
  const written = isWritten(save);
  const ids = save.devices.map(({ id }) => id);
  const hurt = ids.filter((id) => missingBytes(archive, id) > 0);
  const doubted = ids.filter((id) => doubtBytes(archive, id) > 0);
  const { isUnproven } = doubtOf(archive.scan.report, ids);
  const canMark = hurt.length > 0 && save.what.kind !== "appliance" && !written;
  const marked = h("input", { type: "checkbox" });
  return [
    h("h2", { id: "question-title" }, titleFor(ids.length, hurt.length, doubted.length)),
    h("div", { id: "question-text" }, [
      ...hurt.map((id) => h("p", {}, ...gaps(archive, id))),
      hurt.length > 0 && h("p", {}, text("question.what")),
      ...doubted.map((id) => h("p", {}, ...doubts(archive, id))),
      doubted.length > 0 && h("p", {}, text("question.as-it-is")),
      isUnproven && h("p", {}, text("question.not-proven")),
      canMark && h("label", { class: "check" }, marked, ` ${text("question.mark")}`),
    ]),
    h(
      "div",
      { class: "dialog-buttons" },
      button(
        written ? text("question.drop") : text("question.decline"),
        () => send({ type: "save-declined" }),
        {
          autofocus: true,
        },
      ),
      button(
        keepWords(written, hurt.length > 0),
        () => send({ type: "save-confirmed", marked: marked.checked }),
        {
          "data-kind": "primary",
        },
      ),
    ),
  ];
}

/**
 * @param {number} disks that are saved
 * @param {number} hurt
 * @param {number} doubted
 */
function titleFor(disks, hurt, doubted) {
  if (hurt > 0) return hurt > 1 ? text("question.title-disks") : text("question.title-disk");
  if (doubted > 0) {
    return doubted > 1 ? text("question.doubt-disks") : text("question.doubt-disk");
  }
  return disks > 1 ? text("question.unproven-disks") : text("question.unproven-disk");
}

/**
 * @param {boolean} written
 * @param {boolean} hasGaps
 */
function keepWords(written, hasGaps) {
  if (hasGaps) return written ? text("question.keep") : text("question.save");
  return written ? text("question.keep-as-it-is") : text("question.save-as-it-is");
}

/**
 * @param {ShownArchive} archive
 * @param {number} deviceId
 */
function doubts(archive, deviceId) {
  const found = archive.scan.report?.devices.find(({ id }) => id === deviceId);
  const bytes = doubtBytes(archive, deviceId);
  return pieces("question.doubt", {
    size: exactSize(bytes),
    name: foreign(archive.overview.devices.find(({ id }) => id === deviceId)?.name ?? ""),
    share: share(bytes, found?.imageSize ?? 0),
  });
}

/**
 * @param {ShownArchive} archive
 * @param {number} deviceId
 */
function gaps(archive, deviceId) {
  const { overview, scan } = archive;
  const device = overview.devices.find(({ id }) => id === deviceId);
  const found = scan.report?.devices.find(({ id }) => id === deviceId);
  const missing = missingBytes(archive, deviceId);
  const isKnown = missing === found?.missingBytes;
  const places = (found?.clusters.missing ?? 0) + (found?.clusters.cut ?? 0);
  const words = {
    size: exactSize(missing),
    name: foreign(device?.name ?? ""),
    share: share(missing, found?.imageSize ?? 0),
  };
  return isKnown
    ? pieces("question.gaps-in-places", { ...words, count: places })
    : pieces("question.gaps", words);
}
