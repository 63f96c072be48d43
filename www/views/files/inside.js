/** The files in the disks of a backup. */
import { Files } from "../../page/files.js";
import { text } from "../../words/text.js";
import { byId, fill, h } from "../dom.js";
import { Browser } from "./browser.js";

/**
 * @param {import("../../page/model.js").Send} send
 * @param {import("../../page/files.js").Asked} worker
 * @returns {(state: import("../../page/model.js").State) => void}
 */
export function filesInside(send, worker) {
  const browser = new Browser(send, new Files(worker));
  fill(
    byId("files"),
    h("h2", { id: "files-title", class: "visually-hidden" }, text("tab.files")),
    h("div", { class: "card files" }, browser.root),
  );
  /** @type {number | null} */
  let shown = null;
  /** @type {unknown[]} */
  let known = [];
  /** What was found of the disks when they were read.*/
  let readWith = "";

  return ({ archive, screen }) => {
    if (!archive) return;
    const { id, scan, contents, guests, overview, summary } = archive;
    const now = [scan.phase, scan.report, contents, guests, overview, summary];
    // Saves make the same report anew.
    const found = scan.phase === "running" ? "" : JSON.stringify(scan.report?.devices);
    if (shown !== id) browser.open(archive);
    else if (now.some((each, at) => each !== known[at])) {
      browser.learn(archive, found !== readWith);
    }
    [shown, known, readWith] = [id, now, found];
    browser.show(screen.volume, screen.hits);
  };
}
