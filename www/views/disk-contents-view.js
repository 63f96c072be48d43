/** What is on a disk: one line, and all of it folded away. */
import { areaRows, contentsRemarks } from "../words/disk-areas.js";
import { contentsLine } from "../words/disk-contents.js";
import { text } from "../words/text.js";
import { h } from "./dom.js";
import { foreign, listItems, table } from "./parts.js";

/**
 * @param {import("../core/vma_inspector.js").DiskContents} contents
 */
export function contentsOf(contents) {
  const line = contentsLine(contents);
  const remarks = contentsRemarks(contents);
  const rows = contents.areas.flatMap((area) => areaRows(area));
  const columns = [
    text("contents.column-number"),
    text("contents.column-holds"),
    text("contents.column-name"),
    text("contents.column-start"),
    text("contents.column-size"),
    text("contents.column-more"),
  ];
  return h(
    "details",
    { class: "disk-contents" },
    h("summary", {}, text("contents.title"), " ", foreign(line)),
    remarks.length > 0 &&
      h(
        "ul",
        { class: "quiet" },
        listItems(remarks, (remark) => remark),
      ),
    rows.length > 0 &&
      table(
        text("contents.caption"),
        columns,
        rows.map((row) => row.map((cell) => foreign(cell))),
      ),
  );
}
