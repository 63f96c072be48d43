/** Of what kinds a disk's clusters are, as a table of numbers. */
import { size } from "../words/format.js";
import { count, share } from "../words/numbers.js";
import { pieces, text } from "../words/text.js";
import { h } from "./dom.js";
import { foreign } from "./parts.js";

/** @typedef {import("../core/vma_inspector.js").DeviceStatistics["clusters"]} Clusters */

const KINDS = /** @type {const} */ (["full", "partial", "zero", "doubt", "missing"]);

/**
 * How many clusters are of each kind; one with a byte in doubt is of a kind of its
 * own, stored as it is.
 * @param {Clusters} clusters
 */
function numbersOf({ full, partial, zero, missing, doubtedFull, doubtedPartial }) {
  return {
    full: full - doubtedFull,
    partial: partial - doubtedPartial,
    zero,
    doubt: doubtedFull + doubtedPartial,
    missing,
  };
}

/**
 * @param {string} name
 * @param {Clusters} clusters
 * @param {number} doubt bytes
 * @param {boolean} final
 */
export function clusterTable(name, clusters, doubt, final) {
  const { total } = clusters;
  const numbers = numbersOf(clusters);
  // Before the end nothing is known of doubt.
  const rows = KINDS.filter((kind) => final || kind !== "doubt").map((kind) => {
    const shown = shownKind(kind, final);
    const meaning = shown === "doubt" ? doubtMeaning(doubt) : text(`clusters.${shown}-means`);
    return row(text(`clusters.${shown}`), meaning, numbers[kind], total, shown);
  });
  rows.push(row(text("clusters.twice"), text("clusters.twice-means"), clusters.twice, total, null));
  if (clusters.cut > 0) {
    rows.push(row(text("clusters.cut"), text("clusters.cut-means"), clusters.cut, total, null));
  }
  const caption = pieces("clusters.caption", { name: foreign(name), total: count(total) });
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
        [text("clusters.kind"), text("clusters.number"), text("clusters.share")].map((text) =>
          h("th", { scope: "col" }, text),
        ),
      ),
    ),
    h("tbody", {}, rows),
  );
}

/** @param {number} bytes */
function doubtMeaning(bytes) {
  return bytes > 0
    ? text("clusters.doubt-of-size", { size: size(bytes) })
    : text("clusters.doubt-means");
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
 * @param {(typeof KINDS)[number]} kind
 * @param {boolean} final
 */
function shownKind(kind, final) {
  return kind === "missing" && !final ? "unseen" : kind;
}
