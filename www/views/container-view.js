/** What wraps the archive, judged by itself. */
import { isScanned } from "../shared/scan-phase.js";
import {
  checksumWords,
  compressionWords,
  containerVerdict,
  endWords,
  namesOf,
} from "../words/container.js";
import { placed } from "../words/places.js";
import { containerSentence } from "../words/finding-sentences.js";
import { text } from "../words/text.js";
import { bytesLink } from "./bytes-link.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { badge, facts, foreign, sign } from "./parts.js";

/** @typedef {import("../core/vma_inspector.js").ContainerFinding} Finding */
/** @typedef {import("../core/vma_inspector.js").ContainerReport} Report */
/** @typedef {import("../page/model.js").Send} Send */

const LINES_LISTED = 100;

/** @param {Send} send */
export function containerView(send) {
  const section = byId("container");
  const head = h("div", { class: "stack" });
  const list = h("div", { class: "stack" });
  section.append(h("div", { class: "card" }, head, list));
  let drawnFindings = "";

  return whenChanged(
    ({ archive }) => [
      archive?.scan.report?.container,
      archive?.scan,
      archive?.file,
      archive?.trust?.places,
    ],
    (report, scan, file, places) => {
      const shown = report && file && scan && report.kind !== "plain";
      section.hidden = !shown;
      if (!shown) return;
      fill(head, ...headOf(report, file.size, scan));
      // Drawn anew only when there are more: a person may have opened one.
      const { rest } = placed((isScanned(scan) && places) || [], report.findings);
      const findings = `${file.name} ${file.size} ${report.findings.length} ${rest.length}`;
      if (findings === drawnFindings) return;
      drawnFindings = findings;
      fill(list, ...findingsOf(report, rest, send));
    },
  );
}

/**
 * @param {Report} report
 * @param {number} fileSize
 * @param {import("../page/model.js").Scan} scan
 */
function headOf(report, fileSize, scan) {
  const { tone, title, text: words } = containerVerdict(report, scan);
  const isKept = scan.phase === "kept" && report.findings.length === 0;
  return [
    h("p", { class: "eyebrow" }, text("archive.compression")),
    h("h2", { id: "container-title" }, sign(tone), title),
    h("p", {}, words),
    report.inside.length > 0 &&
      h("p", {}, text("container.nested", { names: namesOf(report), outer: report.kind })),
    facts([
      [text("archive.size"), compressionWords(report.kind, fileSize, report)],
      !isKept && [text("container.checksums"), checksumWords(report)],
      !isKept && [text("container.end"), endWords(report)],
    ]),
  ];
}

/**
 * @param {Report} report
 * @param {Finding[]} rest those that are not told with a place of the archive
 * @param {Send} send
 */
function findingsOf({ findings, findingsLeftOut }, rest, send) {
  const elsewhere = findings.length - rest.length;
  /** @type {Map<string, Finding[]>} */
  const groups = new Map();
  for (const finding of rest) {
    groups.set(finding.code, [...(groups.get(finding.code) ?? []), finding]);
  }
  return [
    ...[...groups].map(([code, group]) => groupOf(code, group, send)),
    elsewhere > 0 &&
      h("p", {}, h("a", { href: "#findings" }, text("container.placed", { count: elsewhere }))),
    findingsLeftOut > 0 &&
      h("p", { class: "quiet" }, text("findings.left-out", { count: findingsLeftOut })),
  ];
}

/**
 * @param {string} code
 * @param {Finding[]} group
 * @param {Send} send
 */
function groupOf(code, group, send) {
  const { title, text: words } = containerSentence(code);
  const severity = group[0]?.severity ?? "note";
  const listed = group.slice(0, LINES_LISTED);
  return h(
    "details",
    { class: "card finding", "data-tone": severity },
    h(
      "summary",
      {},
      h("span", {}, badge(severity, text(`severity.${severity}`))),
      h("span", { class: "finding-title" }, title),
      h("span", { class: "finding-count" }, text("findings.number", { number: group.length })),
    ),
    h("p", {}, words),
    listed.length < group.length &&
      h("p", { class: "quiet" }, text("findings.first", { count: listed.length })),
    h(
      "ol",
      { class: "finding-lines" },
      listed.map((finding) => h("li", {}, foreign(lineOf(finding)), bytesLink(finding, send))),
    ),
  );
}

/**
 * Of what is packed in the file's own container, it is said: the offset is one there.
 * @param {Finding} finding
 */
function lineOf({ code, text: told, layer }) {
  return layer === 0
    ? `${code}: ${told}`
    : `${code}, ${text("container.layer", { layer: layer + 1 })}: ${told}`;
}
