/** Asks before a file is kept of which parts are missing or in doubt. */
import { isWritten } from "../page/save.js";
import { doubtBytes, doubtOf, missingBytes } from "../words/facts.js";
import { exactSize } from "../words/format.js";
import { share } from "../words/numbers.js";
import { pieces, text } from "../words/text.js";
import { byId, fill, h, setText, whenChanged } from "./dom.js";
import { button, foreign } from "./parts.js";

/** @typedef {import("../core/vma_inspector.js").DoubtTaken} DoubtTaken */
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
        // Nothing of it is to answer the next question.
        fill(dialog);
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
  const canChoose = doubted.length > 0 && !written;
  const marked = h("input", { type: "checkbox" });
  const doubt = doubtChoice(() =>
    setText(keep, keepWords(written, hurt.length > 0, doubt.taken())),
  );
  const keep = button(
    keepWords(written, hurt.length > 0, doubt.taken()),
    () => send({ type: "save-confirmed", marked: marked.checked, doubt: doubt.taken() }),
    { "data-kind": "primary" },
  );
  const decline = button(
    written ? text("question.drop") : text("question.decline"),
    () => send({ type: "save-declined" }),
    { autofocus: true },
  );
  const mark = canChoose ? text("question.mark-all") : text("question.mark");
  return [
    h("h2", { id: "question-title" }, titleFor(ids.length, hurt.length, doubted.length)),
    h("div", { id: "question-text", class: "question-words" }, [
      ...hurt.map((id) => h("p", {}, ...gaps(archive, id))),
      hurt.length > 0 && h("p", {}, text("question.what")),
      ...doubted.map((id) => h("p", {}, ...doubts(archive, id))),
      doubted.length > 0 && written && h("p", {}, text("question.as-it-is")),
      isUnproven && h("p", {}, text("question.not-proven")),
      canChoose && doubt.root,
      canChoose && h("p", {}, text("question.keep-backup")),
      canMark && h("label", { class: "check" }, marked, ` ${mark}`),
    ]),
    h("div", { class: "dialog-buttons" }, decline, keep),
  ];
}

/**
 * Whether what is in doubt is saved as it is, or as if it were lost. As it is comes
 * first: zeros are surely not what the disk held, and what is marked in the map can
 * be made zeros later, but not the other way round.
 * @param {() => void} onChange
 */
function doubtChoice(onChange) {
  const change = { type: "radio", name: "doubt", on: { change: onChange } };
  const asItIs = h("input", { ...change, checked: true });
  const asLost = h("input", change);
  /**
   * @param {HTMLInputElement} input
   * @param {string} words
   * @param {string} why
   */
  const option = (input, words, why) =>
    h("label", { class: "check" }, input, h("span", {}, words, h("span", { class: "quiet" }, why)));
  const root = h(
    "fieldset",
    { class: "choices" },
    h("legend", {}, text("question.doubt-choice")),
    option(asItIs, text("question.doubt-as-it-is"), text("question.doubt-as-it-is-why")),
    option(asLost, text("question.doubt-as-lost"), text("question.doubt-as-lost-why")),
  );
  /** @returns {DoubtTaken} */
  const taken = () => (asLost.checked ? "as-lost" : "as-it-is");
  return { root, taken };
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
 * @param {DoubtTaken} taken
 */
function keepWords(written, hasGaps, taken) {
  if (hasGaps) return written ? text("question.keep") : text("question.save");
  if (taken === "as-lost") return text("question.save-with-zeros");
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
