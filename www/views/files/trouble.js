/** What keeps a folder, or all of a file system, from being shown. */
import { fill, h } from "../dom.js";
import { faultLine } from "./contents.js";

export function trouble() {
  const root = h("div", { class: "files-alert", role: "alert", hidden: true });

  /**
   * @param {import("../../shared/files.js").FileFault | null} fault
   * @param {string} words
   */
  function warn(fault, words) {
    root.hidden = false;
    fill(root, words !== "" && h("p", {}, words), fault && faultLine(fault));
  }

  return { root, warn, clear: () => (root.hidden = true) };
}
