/** Which checksums there are, which were compared, and what that proves. */
import { isScanned } from "../shared/scan-phase.js";
import { extentHeaders, isBeginningLost, isHeaderCut } from "../words/facts.js";
import { whenKept } from "../words/format.js";
import { count } from "../words/numbers.js";
import { text } from "../words/text.js";
import { byId, fill, h, whenFactsChanged } from "./dom.js";
import { facts, table } from "./parts.js";

/** @typedef {import("../page/model.js").ShownArchive} ShownArchive */

export function checksumsView() {
  const section = byId("checksums");
  return whenFactsChanged((archive) => {
    section.hidden = !archive;
    fill(section, archive && card(archive, isScanned(archive.scan)));
  });
}

/**
 * @param {ShownArchive} archive
 * @param {boolean} final
 */
function card(archive, final) {
  const { headerChecksum } = archive.overview;
  const { report } = archive.scan;
  const isCut = isHeaderCut(archive.overview);
  const isLost = isBeginningLost(archive.overview);
  const { found, wrong } = extentHeaders(archive);
  const when = whenKept(archive.scan);
  return h(
    "div",
    { class: "card" },
    h("h2", { id: "checksums-title" }, text("checksums.title")),
    table(
      text("checksums.caption"),
      [text("checksums.of-what"), text("checksums.checked"), text("checksums.wrong")],
      [
        [
          text("checksums.header"),
          isLost ? text("checked.absent") : isCut ? text("checked.cut-off") : "1",
          headerChecksum.ok || isLost || isCut ? "0" : "1",
        ],
        [
          final ? text("checksums.extents") : text("checksums.extents-so-far"),
          count(found),
          count(wrong),
        ],
      ],
    ),
    when !== null && h("p", {}, text("kept-scan.counted", { when })),
    !headerChecksum.ok &&
      !isLost &&
      !isCut &&
      facts([
        [text("checksums.stated"), h("code", {}, headerChecksum.stated)],
        [text("checksums.computed"), h("code", {}, headerChecksum.computed)],
      ]),
    wrong > 0 && h("p", {}, h("a", { href: "#findings" }, text("checksums.where"))),
    h(
      "p",
      { class: "quiet" },
      text("checksums.prove"),
      " ",
      report && report.container.kind !== "plain"
        ? h("a", { href: "#container" }, text("checksums.container"))
        : text("data.no-checksum"),
    ),
  );
}
