/** Of what kinds a disk's clusters are: as a bar, and as a table of numbers. */
import { h } from "./dom.js";
import { count, share } from "../words/format.js";
import { foreign } from "./parts.js";

/** @typedef {import("../core/vma_inspector.js").DeviceStatistics["clusters"]} Clusters */

const KINDS = /** @type {const} */ ([
  ["full", "Full", "every block is stored"],
  ["partial", "Partly", "stored blocks and zeros"],
  ["zero", "Zero", "nothing but zeros"],
  ["missing", "Missing", "should be there and is not"],
]);
const UNSEEN = /** @type {const} */ (["missing", "Not seen yet", "further on in the file"]);

/** A kind that is there at all stays visible, however rare. */
const LEAST_PERCENT = 0.6;

/**
 * @param {Clusters} clusters
 * @param {boolean} final
 */
export function clusterBar(clusters, final) {
  const segments = KINDS.filter(([kind]) => clusters[kind] > 0).map(([kind]) => {
    const segment = h("span", { class: "bar-part", "data-kind": shownKind(kind, final) });
    const percent = Math.max(LEAST_PERCENT, (clusters[kind] / clusters.total) * 100);
    segment.style.flexGrow = String(percent);
    return segment;
  });
  // The table next to it says the same in numbers.
  return h("div", { class: "bar", "aria-hidden": "true" }, segments);
}

/**
 * @param {string} name
 * @param {Clusters} clusters
 * @param {boolean} final
 */
export function clusterTable(name, clusters, final) {
  const kinds = KINDS.map((kind) => (kind[0] === "missing" && !final ? UNSEEN : kind));
  const rows = kinds.map(([kind, word, meaning]) =>
    row(word, meaning, clusters[kind], clusters.total, shownKind(kind, final)),
  );
  rows.push(row("Twice", "a further copy was found", clusters.twice, clusters.total, null));
  if (clusters.cut > 0) {
    rows.push(row("Cut", "some of its stored blocks are lost", clusters.cut, clusters.total, null));
  }
  const caption = [
    "Clusters (64 KiB each) of ",
    foreign(name),
    `: ${count(clusters.total)} in all`,
  ];
  return h(
    "table",
    { class: "clusters" },
    h("caption", {}, caption),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        ["Kind", "Clusters", "Share"].map((text) => h("th", { scope: "col" }, text)),
      ),
    ),
    h("tbody", {}, rows),
  );
}

/**
 * @param {string} word
 * @param {string} meaning
 * @param {number} number
 * @param {number} total
 * @param {string | null} kind
 */
function row(word, meaning, number, total, kind) {
  return h(
    "tr",
    {},
    h(
      "th",
      { scope: "row" },
      h("span", { class: "swatch", "data-kind": kind, "aria-hidden": "true" }),
      word,
      h("span", { class: "quiet meaning" }, ` ${meaning}`),
    ),
    h("td", {}, count(number)),
    h("td", {}, share(number, total)),
  );
}

/**
 * @param {string} kind
 * @param {boolean} final
 */
function shownKind(kind, final) {
  return kind === "missing" && !final ? "unseen" : kind;
}
