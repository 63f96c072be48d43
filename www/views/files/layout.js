/** Where the parts of the view of files stand. */
import { h } from "../dom.js";

/**
 * @param {Record<"volumes" | "hits" | "deleted" | "path" | "search" | "trouble" | "choice" | "list" | "foot" | "preview", { root: HTMLElement }>} parts
 */
export function laidOut({
  volumes,
  hits,
  deleted,
  path,
  search,
  trouble,
  choice,
  list,
  foot,
  preview,
}) {
  return h(
    "div",
    { class: "files-all" },
    volumes.root,
    hits.root,
    deleted.root,
    h("div", { class: "files-bar" }, path.root, search.root),
    trouble.root,
    h(
      "div",
      { class: "files-main" },
      h("div", { class: "files-list" }, choice.root, list.root, foot.root),
      preview.root,
    ),
  );
}
