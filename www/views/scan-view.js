/** Whether the machine can be had back: the answer, or how far the scan is. */
import { isScanned } from "../shared/scan-phase.js";
import { answer } from "../words/answer.js";
import { checkedCaption, checkedRows } from "../words/checked.js";
import { duration, moment, size, speed } from "../words/format.js";
import { leftOutSentences } from "../words/left-out.js";
import { share } from "../words/numbers.js";
import { anyNameCommand, deathsOf } from "../words/restore-facts.js";
import { failureSentence } from "../words/sentences.js";
import { text } from "../words/text.js";
import { byId, fill, h, setAttribute, setText, whenTold } from "./dom.js";
import { badge, button, copyButton, failureWords, sign, table } from "./parts.js";

/** @typedef {import("../page/model.js").Scan} Scan */
/** @typedef {import("../page/model.js").ShownArchive} ShownArchive */
/** @typedef {import("../page/model.js").Send} Send */
/** @typedef {import("../words/answer.js").Answer} Answer */

/** @type {Record<Scan["phase"], import("../page/model.js").PageEvent>} */
const CONTROLS = {
  running: { type: "scan-stop-wanted" },
  stopped: { type: "scan-continue-wanted" },
  failed: { type: "scan-continue-wanted" },
  done: { type: "scan-again-wanted" },
  kept: { type: "scan-again-wanted" },
};

/** Lines of remarks in view. */
const REMARKS_SHOWN = 3;

/** @param {Send} send */
export function scanView(send) {
  const section = byId("scan");
  /** @type {Scan["phase"]} */
  let phase = "running";
  const control = button("", () => send(CONTROLS[phase]), { "data-kind": "plain" });
  const title = h("h2", { id: "scan-title" });
  const bar = h("progress", { max: 1, "aria-labelledby": "scan-title" });
  const line = h("p", { class: "figures" });
  const words = h("div", { class: "scan-words" });
  const checked = checkedFold();
  const things = thingsToDo(send);
  const card = h(
    "div",
    { class: "card scan" },
    h("div", { class: "scan-head" }, title, control),
    bar,
    line,
    words,
    h("div", { class: "scan-foot" }, things.root, checked.root),
  );
  section.append(card);

  return whenTold(TOLD, (archive) => {
    section.hidden = !archive;
    if (!archive) return;
    phase = archive.scan.phase;
    const answered = answer(archive);
    // For a moment the scan is finished, and not everything known that follows from it.
    if (answered || phase === "running") setText(control, text(`scan.control.${phase}`));
    drawProgress(archive, answered, bar, line);
    drawWords(archive, answered, title, words);
    setAttribute(card, "data-tone", answered?.tone ?? null);
    things.draw(archive);
    checked.draw(archive, answered);
  });
}

/**
 * All that is told here follows from these, whatever else becomes known of an archive.
 * @typedef {Pick<ShownArchive, (typeof TOLD)[number]>} Told
 */
const TOLD = /** @type {const} */ ([
  "file",
  "gone",
  "overview",
  "image",
  "scan",
  "leftOut",
  "trust",
  "lost",
  "fileName",
  "changedSince",
]);

/**
 * @param {Told} archive
 * @param {Answer | null} answered
 * @param {HTMLProgressElement} bar
 * @param {HTMLElement} line
 */
function drawProgress({ scan, file }, answered, bar, line) {
  const done = scan.progress?.fileBytes ?? 0;
  const isOver = isScanned(scan) && answered !== null;
  bar.hidden = isOver;
  line.hidden = isOver;
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
 * @param {Told} archive
 * @param {Answer | null} answered
 * @param {HTMLElement} title
 * @param {HTMLElement} words
 */
function drawWords(archive, answered, title, words) {
  const changed = archive.changedSince !== null && changedWords(archive.changedSince);
  if (!answered) {
    setText(title, text(`scan.title.${archive.overview.container}`));
    const left = leftOutSentences(archive);
    fill(
      words,
      changed,
      h("p", { class: "quiet" }, soFar(archive.scan)),
      remarkLines(
        left.map((sentence) => ({ tone: /** @type {const} */ ("warning"), text: sentence })),
      ),
    );
    return;
  }
  // Of a file that is gone it is told once.
  const failure = archive.gone ? null : archive.scan.failure;
  fill(title, sign(answered.tone), answered.title);
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
    answered.text !== "" && h("p", {}, answered.text),
    isSpared(archive) && h("p", { class: "quiet" }, text("scan.spared")),
    remarkLines(answered.remarks),
  );
}

/**
 * The first of them; the others are folded away, so that the list of disks stays in view.
 * @param {readonly import("../words/answer.js").Remark[]} remarks
 */
function remarkLines(remarks) {
  const lines = remarks.map(({ tone, text: words }) =>
    h("p", { class: "remark" }, sign(tone), h("span", {}, words)),
  );
  if (lines.length <= REMARKS_SHOWN) return lines;
  const folded = lines.splice(REMARKS_SHOWN - 1);
  const summary = h("summary", {}, text("answer.more", { count: folded.length }));
  return [...lines, h("details", { class: "fold", "data-fold": true }, summary, folded)];
}

/**
 * Whether it was not read on because nobody has asked for it yet.
 * @param {Told} archive
 */
function isSpared({ file, scan }) {
  return file.address !== undefined && scan.phase === "stopped";
}

/** What was checked, and against what; folded away, and made when it is opened. */
function checkedFold() {
  const content = h("div", { class: "stack" });
  /** What it is to be filled with. @type {(() => void) | null} */
  let due = null;
  const root = h(
    "details",
    { class: "fold", "data-fold": true, on: { toggle: fillDue } },
    h("summary", {}, text("checked.fold")),
    content,
  );

  function fillDue() {
    if (!root.open || !due) return;
    due();
    due = null;
  }

  /**
   * @param {Told} archive
   * @param {Answer | null} answered
   */
  function draw(archive, answered) {
    root.hidden = !answered || !isScanned(archive.scan);
    if (root.hidden) return;
    due = () => fillWith(archive, answered);
    fillDue();
  }

  /**
   * @param {Told} archive
   * @param {Answer | null} answered
   */
  function fillWith(archive, answered) {
    const rows = checkedRows(archive).map(({ what, against, result, tone }) => [
      what,
      against,
      badge(tone, result),
    ]);
    fill(
      content,
      answered?.more ? h("p", {}, answered.more) : null,
      table(
        checkedCaption(archive),
        [text("checked.what"), text("checked.against"), text("checked.result")],
        rows,
        { class: "checked" },
      ),
      h("p", { class: "quiet" }, text("checked.not")),
    );
  }

  return { root, draw };
}

/** What people come for, each by one click. @param {Send} send */
function thingsToDo(send) {
  let index = 0;
  let command = "";
  const config = button(text("do.config"), () => send({ type: "config-save-wanted", index }), {
    "data-kind": "primary",
  });
  const all = button(text("do.all"), () => send({ type: "all-wanted" }));
  const copy = copyButton(text("do.command"), () => command, send);
  const root = h("div", { class: "things" }, config, all, copy);

  /** @param {Told} archive */
  function draw({ overview, scan, trust }) {
    const { configs, devices, container } = overview;
    const main = configs.find(({ name }) => name === MACHINE_CONFIG) ?? configs[0];
    index = main?.index ?? 0;
    config.hidden = !main;
    all.hidden = devices.length < 2;
    const restore = isScanned(scan) ? trust?.restore : null;
    const deaths = restore && deathsOf(restore);
    command = deaths?.byName.length ? anyNameCommand(container) : (restore?.command ?? "");
    copy.hidden = !restore?.decided || !deaths || deaths.byContents.length > 0;
    root.hidden = config.hidden && all.hidden && copy.hidden;
  }

  return { root, draw };
}

/** The name that Proxmox gives the configuration of the machine. */
const MACHINE_CONFIG = "qemu-server.conf";

/** @param {number} since when it was scanned before; milliseconds since 1970 */
function changedWords(since) {
  const words = text("kept-scan.changed", { when: moment(since) });
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
