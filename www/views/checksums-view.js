/** Which checksums there are, which were compared, and what that proves. */
import { NO_DATA_CHECKSUM } from "../words/container.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { count } from "../words/format.js";
import { facts, table } from "./parts.js";

/** @typedef {import("../page/model.js").ShownArchive} ShownArchive */

export function checksumsView() {
  const section = byId("checksums");
  return whenChanged(
    ({ archive }) => [archive?.overview, archive?.scan.report, archive?.scan.phase],
    (overview, report, phase) => {
      section.hidden = !overview;
      fill(section, overview && card(overview, report ?? null, phase === "done"));
    },
  );
}

/**
 * @param {ShownArchive["overview"]} overview
 * @param {import("../core/vma_inspector.js").ScanReport | null} report
 * @param {boolean} final
 */
function card({ headerChecksum, findings }, report, final) {
  const failed = [...findings, ...(report?.findings ?? [])].find(
    ({ code }) => code === "extent-md5-mismatch",
  );
  return h(
    "div",
    { class: "card" },
    h("h2", { id: "checksums-title" }, "Header checksums"),
    table(
      "MD5 sums that were compared with the bytes they stand for",
      ["Of what", "Checked", "Wrong"],
      [
        ["Archive header", "1", headerChecksum.ok ? "0" : "1"],
        [
          `Extent headers${final ? "" : " so far"}`,
          count(report?.extents.checked ?? 0),
          count(report?.extents.broken ?? 0),
        ],
      ],
    ),
    !headerChecksum.ok &&
      facts([
        ["Archive header states", h("code", {}, headerChecksum.stated)],
        ["Its bytes give", h("code", {}, headerChecksum.computed)],
      ]),
    failed &&
      h("p", {}, h("a", { href: "#lines-extent-md5-mismatch" }, "Where the wrong ones are")),
    h(
      "p",
      { class: "quiet" },
      "They prove that the headers, which say what lies where, are as they were written. They prove nothing about the disks' contents. ",
      report && report.container.kind !== "plain"
        ? h("a", { href: "#container" }, "What the checksums of the compression say of those")
        : NO_DATA_CHECKSUM,
    ),
  );
}
