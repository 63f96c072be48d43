/** The scan: how far it is, and in the end what it shows. */
import { checkedRows, NOT_CHECKED } from "../words/checked.js";
import { byId, fill, h, setAttribute, setText, whenChanged } from "./dom.js";
import { count, counted, duration, share, size, speed } from "../words/format.js";
import { failureSentence } from "../words/sentences.js";
import { verdict } from "../words/verdict.js";
import { badge, button, failureWords, sign, table } from "./parts.js";

/** @typedef {import("../page/model.js").Scan} Scan */
/** @typedef {import("../page/model.js").ShownArchive} ShownArchive */

/** @type {Record<Scan["phase"], { label: string, event: import("../page/model.js").PageEvent }>} */
const CONTROLS = {
  running: { label: "Stop the scan", event: { type: "scan-stop-wanted" } },
  stopped: { label: "Continue the scan", event: { type: "scan-continue-wanted" } },
  failed: { label: "Try to continue", event: { type: "scan-continue-wanted" } },
  done: { label: "Scan again", event: { type: "scan-again-wanted" } },
};

/** @type {Record<import("../core/vma_inspector.js").ContainerKind, string>} */
const SCANNING = {
  plain: "reading every header in the file",
  zstd: "unpacking all of it, reading every header",
  lzop: "unpacking and reading every header",
  gzip: "unpacking all of it, reading every header",
  bzip2: "unpacking all of it, reading every header",
};

/** @param {import("../page/model.js").Send} send */
export function scanView(send) {
  const section = byId("scan");
  /** @type {Scan["phase"]} */
  let phase = "running";
  const control = button("", () => send(CONTROLS[phase].event));
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
      setText(control, CONTROLS[phase].label);
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
  bar.hidden = scan.phase === "done";
  line.hidden = scan.phase === "done";
  bar.value = file.size > 0 ? done / file.size : 0;
  const left = scan.pace?.secondsLeft;
  const parts = [
    share(done, file.size),
    `${size(done)} of ${size(file.size)}`,
    scan.pace && speed(scan.pace.bytesPerSecond),
    typeof left === "number" && `about ${duration(left)} left`,
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
    setText(title, `Scanning: ${SCANNING[archive.overview.container]}`);
    fill(words, h("p", { class: "quiet" }, soFar(archive.scan)));
    return;
  }
  const { failure } = archive.scan;
  fill(title, sign(judged.tone), judged.title);
  fill(
    words,
    failure && h("p", {}, h("strong", {}, `${failureSentence(failure.code).title}.`)),
    failure && failureWords(failure),
    h("p", {}, judged.text),
    archive.scan.phase === "done" && checkedTable(archive),
    archive.scan.scannedAt !== null && h("p", { class: "quiet" }, formerly(archive.scan.scannedAt)),
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
    table("What was checked, and against what", ["What", "Against", "Result"], rows, {
      class: "checked",
    }),
    h("p", { class: "quiet" }, NOT_CHECKED),
  ];
}

/** @param {number} scannedAt milliseconds since 1970 */
function formerly(scannedAt) {
  const when = new Date(scannedAt).toLocaleString();
  return `Taken from the scan of ${when}: name, size, time, beginning and end of the file are the same since. Scan again to be sure of the rest.`;
}

/** @param {Scan} scan */
function soFar({ progress, report }) {
  if (!progress) return "Starting …";
  const wrong = progress.findings + (report?.container.findings.length ?? 0);
  const parts = `${count(progress.clusters)} of ${counted(progress.totalClusters, "cluster")} seen`;
  const found = wrong === 0 ? "nothing wrong so far" : findings(wrong);
  return `${parts}, ${found}.`;
}

/** @param {number} number */
function findings(number) {
  return `${counted(number, "finding")} so far`;
}
