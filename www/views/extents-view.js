/** How the archive is laid out. */
import { isScanned } from "../shared/scan-phase.js";
import { exactSize } from "../words/format.js";
import { count, decimal } from "../words/numbers.js";
import { text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { facts } from "./parts.js";
import { fileStrip } from "./strip/file-strip.js";

/** @typedef {import("../core/vma_inspector.js").ExtentStatistics} Statistics */

/** @param {import("../page/model.js").Send} send */
export function extentsView(send) {
  const section = byId("extents");
  const strip = fileStrip(send);
  const place = h("div");
  section.append(place, h("div", { class: "card" }, strip.root));
  const numbers = whenChanged(
    ({ archive }) => [archive?.scan.report?.extents, archive !== null && isScanned(archive.scan)],
    (extents, final) => {
      section.hidden = !extents;
      fill(place, extents && card(extents, final));
    },
  );
  /** @param {import("../page/model.js").State} state */
  return (state) => {
    numbers(state);
    if (state.archive) strip.update(state.archive);
  };
}

/**
 * @param {Statistics} extents
 * @param {boolean} final
 */
function card(extents, final) {
  return h(
    "div",
    { class: "card" },
    h("h2", { id: "extents-title" }, text("extents.title")),
    h("p", { class: "quiet" }, text("extents.what"), !final && ` ${text("extents.so-far")}`),
    facts(
      [
        [text("extents.title"), count(extents.count)],
        [text("extents.clusters"), clustersWords(extents)],
        [text("extents.headers"), exactSize(extents.headerBytes)],
        [text("extents.data"), exactSize(extents.dataBytes)],
        [
          text("extents.outside"),
          extents.skippedBytes === 0 ? text("extents.nothing") : exactSize(extents.skippedBytes),
        ],
        [text("extents.mixed"), count(extents.mixed)],
        [text("extents.changes"), text("count.time", { count: extents.deviceSwitches })],
        [text("extents.order"), orderWords(extents.clustersOutOfOrder)],
      ],
      true,
    ),
  );
}

/** @param {Statistics} extents */
function clustersWords({ count: extents, clustersMin, clustersMax, clustersMean }) {
  if (extents === 0) return "–";
  return text("extents.clusters-range", {
    min: clustersMin,
    max: clustersMax,
    mean: decimal(clustersMean),
  });
}

/** @param {number} outOfOrder */
function orderWords(outOfOrder) {
  if (outOfOrder === 0) return text("extents.ascending");
  return text("extents.backwards", { count: outOfOrder });
}
