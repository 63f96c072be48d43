/** Asks before a disk is saved of which parts are missing. */
import { byId, fill, h, whenChanged } from "../dom.js";
import { count, exactSize, share } from "../format.js";
import { missingBytes } from "../verdict.js";
import { button, foreign } from "./parts.js";

/** @typedef {import("../model.js").Send} Send */

/** @param {Send} send */
export function questionView(send) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("question"));
  // Escape closes the dialog without asking the state.
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    send({ type: "save-declined" });
  });
  return whenChanged(
    ({ question, archive }) => [question, archive],
    (question, archive) => {
      if (!question || !archive) {
        if (dialog.open) dialog.close();
        return;
      }
      if (dialog.open) return;
      fill(dialog, ...questionFor(archive, question.deviceId, send));
      dialog.showModal();
    },
  );
}

/**
 * @param {import("../model.js").ShownArchive} archive
 * @param {number} deviceId
 * @param {Send} send
 */
function questionFor(archive, deviceId, send) {
  const { overview, scan } = archive;
  const device = overview.devices.find(({ id }) => id === deviceId);
  const found = scan.report?.devices.find(({ id }) => id === deviceId);
  const missing = missingBytes(archive, deviceId);
  const isKnown = missing === found?.missingBytes;
  const hurt = (found?.clusters.missing ?? 0) + (found?.clusters.cut ?? 0);
  return [
    h("h2", { id: "question-title" }, "Parts of this disk are missing"),
    h(
      "p",
      { id: "question-text" },
      `${exactSize(missing)} of `,
      foreign(device?.name ?? ""),
      ` are not in the file or cannot be unpacked: ${share(missing, device?.size ?? 0)} of the disk${isKnown ? `, in ${count(hurt)} places of 64 KiB` : ""}. `,
      "In the image these places will be zeros. Its file system may be damaged by that; keep the backup.",
    ),
    h(
      "div",
      { class: "dialog-buttons" },
      button("Do not save", () => send({ type: "save-declined" }), { autofocus: true }),
      button("Save with zeros in the gaps", () => send({ type: "save-confirmed" }), {
        "data-kind": "primary",
      }),
    ),
  ];
}
