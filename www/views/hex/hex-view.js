/** Bytes of the file, of the archive in it and of its disks, as hex editors show them. */
import { Looking } from "../../page/looking.js";
import { isScanned } from "../../shared/scan-phase.js";
import { text } from "../../words/text.js";
import { foreign } from "../parts.js";
import { byId, fill, h } from "../dom.js";
import { Field } from "./field.js";

/** @typedef {import("../../page/model.js").ShownArchive} ShownArchive */
/** @typedef {import("../../shared/looked.js").Looked} Looked */
/** @typedef {import("./bar.js").Choice} Choice */

/**
 * @param {import("../../page/model.js").Send} send
 * @param {import("../../page/looking.js").Asked} worker
 * @returns {(state: import("../../page/model.js").State) => void}
 */
export function hexView(send, worker) {
  const section = byId("bytes");
  const field = new Field(send, new Looking(worker));
  fill(
    section,
    h("h2", { id: "bytes-title", class: "visually-hidden" }, text("tab.bytes")),
    h("div", { class: "card hex" }, field.root),
  );
  /** @type {number | null} */
  let shown = null;
  /** @type {unknown[]} */
  let known = [];

  return ({ archive, screen }) => {
    if (!archive) return;
    if (shown !== archive.id) field.open(archive, choicesOf(archive));
    shown = archive.id;
    const { scan, overview } = archive;
    const now = [scan.phase, scan.report, overview];
    if (now.some((each, at) => each !== known[at])) {
      field.learn(archive, choicesOf(archive), isScanned(scan));
    }
    known = now;
    field.show(screen.look);
  };
}

/**
 * What can be looked at.
 * @param {ShownArchive} archive
 * @returns {Choice[]}
 */
function choicesOf({ overview, image }) {
  const isPacked = overview.container !== "plain";
  const disks = overview.devices.map(({ id, name }) => ({
    value: String(id),
    label: foreign(name).textContent ?? name,
    of: id,
  }));
  /** @type {Choice[]} */
  const files = [
    { value: "file", label: text("hex.of-file"), of: "file" },
    ...(isPacked
      ? [{ value: "archive", label: text("hex.of-archive"), of: /** @type {Looked} */ ("archive") }]
      : []),
  ];
  // Of a disk image the disk is what a person came for.
  return image ? [...disks, ...files] : [...files, ...disks];
}
