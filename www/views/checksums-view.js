/** Which checksums there are, which were compared, and what that proves. */
import { EXTENT_SUM } from "../shared/codes.js";
import { extentFaults } from "../words/checked.js";
import { isBeginningLost } from "../words/facts.js";
import { count } from "../words/numbers.js";
import { text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { facts, table } from "./parts.js";

/** @typedef {import("../page/model.js").ShownArchive} ShownArchive */

export function checksumsView() {
  const section = byId("checksums");
  return whenChanged(
    ({ archive }) => [archive, archive?.overview, archive?.scan.report, archive?.scan.phase],
    (archive, overview, _, phase) => {
      section.hidden = !overview;
      fill(section, archive && card(archive, phase === "done"));
    },
  );
}

/**
 * @param {ShownArchive} archive
 * @param {boolean} final
 */
function card(archive, final) {
  const { headerChecksum, findings } = archive.overview;
  const { report } = archive.scan;
  const isLost = isBeginningLost(archive.overview);
  const { checked, wrong } = extentFaults(archive);
  const failed = [...findings, ...(report?.findings ?? [])].find(({ code }) => code === EXTENT_SUM);
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
          isLost ? text("checked.absent") : "1",
          headerChecksum.ok || isLost ? "0" : "1",
        ],
        [
          final ? text("checksums.extents") : text("checksums.extents-so-far"),
          count(checked),
          count(wrong),
        ],
      ],
    ),
    !headerChecksum.ok &&
      !isLost &&
      facts([
        [text("checksums.stated"), h("code", {}, headerChecksum.stated)],
        [text("checksums.computed"), h("code", {}, headerChecksum.computed)],
      ]),
    failed && h("p", {}, h("a", { href: `#lines-${EXTENT_SUM}` }, text("checksums.where"))),
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
