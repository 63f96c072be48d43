/** Where a folder is: each folder on the way to it leads back. */
import { text } from "../../words/text.js";
import { fill, h } from "../dom.js";
import { button } from "../parts.js";
import { shownName } from "./row.js";

/** @typedef {import("../../shared/files.js").FileName} FileName */

/** @param {(depth: number) => void} go to a folder on the way; 0: the root */
export function pathBar(go) {
  const list = h("ol", {});
  const root = h("nav", { class: "files-path", "aria-label": text("files.path") }, list);

  /** @param {readonly FileName[]} names from the root on, which has none */
  function draw(names) {
    const crumbs = [null, ...names].map((name, depth) => {
      const words = name === null ? text("files.root") : "";
      const isHere = depth === names.length;
      const crumb = button(words, () => go(depth), {
        class: "button files-crumb",
        "aria-current": isHere ? "location" : null,
      });
      if (name) crumb.append(shownName(name));
      return h("li", {}, crumb);
    });
    fill(list, crumbs);
  }

  return { root, draw };
}
