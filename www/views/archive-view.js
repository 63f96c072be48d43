/** The file and what its header says. */
import { compressionWords } from "../words/container.js";
import { headerResult } from "../words/checked.js";
import { isBeginningLost, isHeaderCut } from "../words/facts.js";
import { exactSize, times } from "../words/format.js";
import { aloneWords, orderWords } from "../words/parts.js";
import { text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { badge, facts, foreign } from "./parts.js";

/** Names of parts that are listed. */
const PARTS_LISTED = 20;

export function archiveView() {
  const section = byId("archive");
  return whenChanged(
    ({ archive }) => [
      archive?.file,
      archive?.parts ?? null,
      archive?.overview,
      archive?.scan.report?.container ?? null,
      archive?.gone ?? null,
    ],
    (file, parts, overview, container, gone) => {
      section.hidden = !file;
      fill(
        section,
        file &&
          overview &&
          card({ file, parts: parts ?? null, gone: gone ?? null }, overview, container ?? null),
      );
    },
  );
}

/**
 * @param {Pick<import("../page/model.js").ShownArchive, "file" | "parts" | "gone">} archive
 * @param {import("../core/vma_inspector.js").Overview} overview
 * @param {import("../core/vma_inspector.js").ContainerReport | null} container
 */
function card({ file, parts, gone }, overview, container) {
  const alone = parts === null ? aloneWords(file.name) : null;
  return h(
    "div",
    { class: "card" },
    h("p", { class: "eyebrow" }, text("archive.eyebrow")),
    h("h2", { id: "archive-title", class: "file-name" }, foreign(file.name)),
    alone && h("p", {}, h("strong", {}, alone)),
    facts([
      parts !== null && [text("archive.parts"), joined(parts)],
      [text("archive.size"), exactSize(file.size)],
      [text("archive.compression"), compressionWords(overview.container, file.size, container)],
      [
        text("archive.made"),
        isBeginningLost(overview) ? text("archive.date-unknown") : backupTime(overview.createdAt),
      ],
      [text("archive.header-sum"), headerVerdict(overview, gone !== null)],
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

/**
 * @param {import("../core/vma_inspector.js").Overview} overview
 * @param {boolean} isGone whether the file is not there any more
 */
function headerVerdict(overview, isGone) {
  const { headerChecksum, headerStanding } = overview;
  if (isBeginningLost(overview)) {
    return [badge("damage", text("checked.absent")), " ", text("archive.sum-absent")];
  }
  const good = isGone ? "neutral" : "good";
  const tone = headerChecksum.ok ? good : "damage";
  const why = () => {
    if (isHeaderCut(overview)) return text("archive.sum-cut");
    if (headerStanding === "mended") return text("archive.sum-mended");
    if (headerStanding === "further-on") return text("archive.sum-further-on");
    return headerChecksum.ok ? text("archive.sum-agrees") : text("archive.sum-differs");
  };
  return [badge(tone, headerResult(overview)), " ", why()];
}

/** @param {NonNullable<import("../page/model.js").ShownArchive["parts"]>} parts */
function joined({ names, joints }) {
  const { isProven, words } = orderWords(joints);
  return [
    ...names.slice(0, PARTS_LISTED).map((name) => h("span", { class: "line" }, foreign(name))),
    names.length > PARTS_LISTED &&
      h("span", { class: "line" }, text("parts.more", { count: names.length - PARTS_LISTED })),
    h("span", { class: "line" }, badge(isProven ? "good" : "warning", words)),
  ];
}
