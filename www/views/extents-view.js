/** How the archive is laid out. */
import { byId, fill, h, whenChanged } from "./dom.js";
import { count, counted, decimal, exactSize } from "../words/format.js";
import { facts } from "./parts.js";

/** @typedef {import("../core/vma_inspector.js").ExtentStatistics} Statistics */

export function extentsView() {
  const section = byId("extents");
  return whenChanged(
    ({ archive }) => [archive?.scan.report?.extents, archive?.scan.phase === "done"],
    (extents, final) => {
      section.hidden = !extents;
      fill(section, extents && card(extents, final));
    },
  );
}

/**
 * @param {Statistics} extents
 * @param {boolean} final
 */
function card(extents, final) {
  return h(
    "div",
    { class: "card" },
    h("h2", { id: "extents-title" }, "Extents"),
    h(
      "p",
      { class: "quiet" },
      "An archive is a chain of extents: each a header that says what follows, and the data.",
      !final && " These numbers are of the part that was scanned.",
    ),
    facts(
      [
        ["Extents", count(extents.count)],
        ["Clusters in one", clustersWords(extents)],
        ["Headers", exactSize(extents.headerBytes)],
        ["Data", exactSize(extents.dataBytes)],
        ["In no extent", extents.skippedBytes === 0 ? "nothing" : exactSize(extents.skippedBytes)],
        ["Extents of several disks", count(extents.mixed)],
        ["The disk changes", counted(extents.deviceSwitches, "time")],
        ["Order of clusters", orderWords(extents.clustersOutOfOrder)],
      ],
      true,
    ),
  );
}

/** @param {Statistics} extents */
function clustersWords({ count: extents, clustersMin, clustersMax, clustersMean }) {
  if (extents === 0) return "–";
  return `${count(clustersMin)} to ${count(clustersMax)}, ${decimal(clustersMean)} on average`;
}

/** @param {number} outOfOrder */
function orderWords(outOfOrder) {
  if (outOfOrder === 0) return "ascending on each disk";
  return `${counted(outOfOrder, "step", "steps")} backwards, which is allowed`;
}
