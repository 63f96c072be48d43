/** The scan: how far it is, and in the end what it shows. */
import { isScanned } from "../shared/scan-phase.js";
import { checkedCaption, checkedRows } from "../words/checked.js";
import { duration, size, speed } from "../words/format.js";
import { leftOutSentences } from "../words/left-out.js";
import { share } from "../words/numbers.js";
import { failureSentence } from "../words/sentences.js";
import { text } from "../words/text.js";
import { verdict } from "../words/verdict.js";
import { byId, fill, h, setAttribute, setText, whenChanged } from "./dom.js";
import { badge, button, failureWords, sign, table } from "./parts.js";

/** @typedef {import("../page/model.js").Scan} Scan */
/** @typedef {import("../page/model.js").ShownArchive} ShownArchive */

/** @type {Record<Scan["phase"], import("../page/model.js").PageEvent>} */
const CONTROLS = {
  running: { type: "scan-stop-wanted" },
  stopped: { type: "scan-continue-wanted" },
  failed: { type: "scan-continue-wanted" },
  done: { type: "scan-again-wanted" },
  kept: { type: "scan-again-wanted" },
};

/** @param {import("../page/model.js").Send} send */
export function scanView(send) {
  const section = byId("scan");
  /** @type {Scan["phase"]} */
  let phase = "running";
  const control = button("", () => send(CONTROLS[phase]));
  const title = h("h2", { id: "scan-title" });
  const bar = h("progress", { max: 1, "aria-labelledby": "scan-title" });
  const line = h("p", { class: "figures" });
  const words = h("div", { class: "scan-words" });
  const card = h(
    "div",
    { class: "card scan" },
    h("div", { class: "scan-head" }, title, control),
    bar,
    line,
    words,
  );
  section.append(card);

  return whenChanged(
    ({ archive }) => [archive],
    (archive) => {
      section.hidden = !archive;
      if (!archive) return;
      phase = archive.scan.phase;
      setText(control, text(`scan.control.${phase}`));
      drawProgress(archive, bar, line);
      drawWords(archive, title, words, card);
    },
  );
}

/**
 * @param {ShownArchive} archive
 * @param {HTMLProgressElement} bar
 * @param {HTMLElement} line
 */
function drawProgress({ scan, file }, bar, line) {
  const done = scan.progress?.fileBytes ?? 0;
  bar.hidden = isScanned(scan);
  line.hidden = isScanned(scan);
  bar.value = file.size > 0 ? done / file.size : 0;
  const left = scan.pace?.secondsLeft;
  const parts = [
    share(done, file.size),
    text("progress.of", { done: size(done), total: size(file.size) }),
    scan.pace && speed(scan.pace.bytesPerSecond),
    typeof left === "number" && text("progress.left", { time: duration(left) }),
  ];
  setText(line, parts.filter(Boolean).join(" · "));
}

/**
 * @param {ShownArchive} archive
 * @param {HTMLElement} title
 * @param {HTMLElement} words
 * @param {HTMLElement} card
 */
function drawWords(archive, title, words, card) {
  const judged = verdict(archive);
  setAttribute(card, "data-tone", judged?.tone ?? null);
  if (!judged) {
    setText(title, text(`scan.title.${archive.overview.container}`));
    const leftOut = leftOutSentences(archive).join(" ");
    fill(
      words,
      archive.changedSince !== null && changedWords(archive.changedSince),
      h("p", { class: "quiet" }, soFar(archive.scan)),
      leftOut !== "" && h("p", {}, sign("warning"), leftOut),
    );
    return;
  }
  const { failure } = archive.scan;
  const changed = archive.changedSince !== null && changedWords(archive.changedSince);
  fill(title, sign(judged.tone), judged.title);
  fill(
    words,
    failure &&
      h(
        "p",
        {},
        h("strong", {}, text("failure-short", { title: failureSentence(failure.code).title })),
      ),
    failure && failureWords(failure),
    changed,
    h("p", {}, judged.text),
    isScanned(archive.scan) && checkedTable(archive),
  );
}

/** @param {ShownArchive} archive */
function checkedTable(archive) {
  const rows = checkedRows(archive).map(({ what, against, result, tone }) => [
    what,
    against,
    badge(tone, result),
  ]);
  return [
    table(
      checkedCaption(archive),
      [text("checked.what"), text("checked.against"), text("checked.result")],
      rows,
      {
        class: "checked",
      },
    ),
    h("p", { class: "quiet" }, text("checked.not")),
  ];
}

/** @param {number} since when it was scanned before; milliseconds since 1970 */
function changedWords(since) {
  const words = text("kept-scan.changed", { when: new Date(since).toLocaleString() });
  return h("p", {}, sign("damage"), h("strong", {}, words));
}

/** @param {Scan} scan */
function soFar({ progress, report }) {
  if (!progress) return text("scan.starting");
  const wrong = progress.findings + (report?.container.findings.length ?? 0);
  const seen = {
    number: progress.clusters,
    clusters: text("count.cluster", { count: progress.totalClusters }),
  };
  return wrong === 0
    ? text("scan.seen", seen)
    : text("scan.seen-with", { ...seen, findings: text("count.finding", { count: wrong }) });
}
