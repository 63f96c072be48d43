/** Asks before a file is kept of which parts are missing. */
import { isWritten } from "../page/save.js";
import { missingBytes } from "../words/facts.js";
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
  const canMark = save.what.kind !== "appliance" && !written;
  const hurt = save.devices.map(({ id }) => id).filter((id) => missingBytes(archive, id) > 0);
  const kept = written ? text("question.keep") : text("question.save");
  const marked = h("input", { type: "checkbox" });
  return [
    h(
      "h2",
      { id: "question-title" },
      hurt.length > 1 ? text("question.title-disks") : text("question.title-disk"),
    ),
    h("div", { id: "question-text" }, [
      ...hurt.map((id) => h("p", {}, ...gaps(archive, id))),
      h("p", {}, text("question.what")),
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
      button(kept, () => send({ type: "save-confirmed", marked: marked.checked }), {
        "data-kind": "primary",
      }),
    ),
  ];
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
