/** The file and what its header says. */
import { compressionWords } from "../words/container.js";
import { headerResult } from "../words/checked.js";
import { isBeginningLost, isHeaderCut } from "../words/facts.js";
import { exactSize, times } from "../words/format.js";
import { text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { badge, facts, foreign } from "./parts.js";

export function archiveView() {
  const section = byId("archive");
  return whenChanged(
    ({ archive }) => [archive?.file, archive?.overview, archive?.scan.report?.container],
    (file, overview, container) => {
      section.hidden = !file;
      fill(section, file && overview && card(file, overview, container ?? null));
    },
  );
}

/**
 * @param {import("../page/model.js").FileFacts} file
 * @param {import("../core/vma_inspector.js").Overview} overview
 * @param {import("../core/vma_inspector.js").ContainerReport | null} container
 */
function card(file, overview, container) {
  return h(
    "div",
    { class: "card" },
    h("p", { class: "eyebrow" }, text("archive.eyebrow")),
    h("h2", { id: "archive-title", class: "file-name" }, foreign(file.name)),
    facts([
      [text("archive.size"), exactSize(file.size)],
      [text("archive.compression"), compressionWords(overview.container, file.size, container)],
      [
        text("archive.made"),
        isBeginningLost(overview) ? text("archive.date-unknown") : backupTime(overview.createdAt),
      ],
      [text("archive.header-sum"), headerVerdict(overview)],
      [text("archive.uuid"), h("code", {}, overview.uuid)],
      [text("archive.format"), text("archive.version", { version: String(overview.version) })],
    ]),
  );
}

/** @param {number} seconds */
function backupTime(seconds) {
  const both = times(seconds);
  if (!both) return text("archive.no-date", { seconds });
  return [
    h("time", { datetime: both.machine, class: "line" }, both.utc),
    h("span", { class: "line quiet" }, both.local),
  ];
}

/** @param {import("../core/vma_inspector.js").Overview} overview */
function headerVerdict(overview) {
  const { headerChecksum, headerStanding } = overview;
  if (isBeginningLost(overview)) {
    return [badge("damage", text("checked.absent")), " ", text("archive.sum-absent")];
  }
  const tone = headerChecksum.ok ? "good" : "damage";
  const why = () => {
    if (isHeaderCut(overview)) return text("archive.sum-cut");
    if (headerStanding === "mended") return text("archive.sum-mended");
    if (headerStanding === "further-on") return text("archive.sum-further-on");
    return headerChecksum.ok ? text("archive.sum-agrees") : text("archive.sum-differs");
  };
  return [badge(tone, headerResult(overview)), " ", why()];
}
