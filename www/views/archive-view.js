/** The file and what its header says. */
import { compressionWords } from "../words/container.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { exactSize, times } from "../words/format.js";
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
    h("p", { class: "eyebrow" }, "Backup file"),
    h("h2", { id: "archive-title", class: "file-name" }, foreign(file.name)),
    facts([
      ["Size", exactSize(file.size)],
      ["Compression", compressionWords(overview.container, file.size, container)],
      ["Backup made", backupTime(overview.createdAt)],
      ["Header checksum", headerVerdict(overview)],
      ["UUID", h("code", {}, overview.uuid)],
      ["Format", `VMA, version ${overview.version}`],
    ]),
  );
}

/** @param {number} seconds */
function backupTime(seconds) {
  const both = times(seconds);
  if (!both) return `not a date: ${seconds} seconds since 1970`;
  return [
    h("time", { datetime: both.machine, class: "line" }, both.utc),
    h("span", { class: "line quiet" }, both.local),
  ];
}

/** @param {import("../core/vma_inspector.js").Overview} overview */
function headerVerdict({ headerChecksum }) {
  return headerChecksum.ok
    ? [badge("good", "agrees"), " the MD5 of the header is the one it states"]
    : [badge("damage", "does not agree"), " the header was changed; treat what it says with doubt"];
}
