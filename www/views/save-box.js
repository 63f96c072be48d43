/** One save: how far it is, how it ended, and what to do about it. */
import { fill, h, setAttribute, setText } from "./dom.js";
import { count, duration, share, size, speed } from "../words/format.js";
import { failureSentence } from "../words/sentences.js";
import { saveSmallFile } from "../page/save-blob.js";
import { isLive, lostBytes, newlyLost } from "../page/save.js";
import { badge, button, foreign } from "./parts.js";

/** @typedef {import("../page/model.js").Save} Save */

/** @type {Record<Save["phase"], { tone: "good" | "damage" | "neutral" | "warning", word: string }>} */
const PHASES = {
  waiting: { tone: "neutral", word: "Waiting" },
  starting: { tone: "neutral", word: "Starting" },
  held: { tone: "warning", word: "Needs a click" },
  running: { tone: "neutral", word: "Saving" },
  asking: { tone: "warning", word: "Needs an answer" },
  finishing: { tone: "neutral", word: "Finishing" },
  done: { tone: "good", word: "Handed over" },
  cancelled: { tone: "damage", word: "Cancelled" },
  refused: { tone: "damage", word: "Cancelled by the browser" },
  failed: { tone: "damage", word: "Failed" },
};

/**
 * @param {import("../page/model.js").Send} send
 */
export function saveBox(send) {
  let id = "";
  const title = h("p", { class: "save-title" });
  const bar = h("progress", { max: 1 });
  const line = h("p", { class: "figures" });
  const words = h("div");
  const cancel = button("Cancel", () => send({ type: "save-cancel-wanted", id }));
  const start = button("Download it now", () => send({ type: "save-let", id }), {
    "data-kind": "primary",
  });
  const dismiss = button("Close", () => send({ type: "save-dismissed", id }));
  const root = h(
    "div",
    { class: "save", role: "group" },
    title,
    bar,
    line,
    words,
    h("div", { class: "save-buttons" }, start, cancel, dismiss),
  );
  /** @type {Save | null} */
  let drawn = null;

  /** @param {Save} save */
  function draw(save) {
    if (save === drawn) return;
    id = save.id;
    const live = isLive(save);
    root.ariaLabel = `Saving ${save.file.name}`;
    bar.ariaLabel = `Saved of ${save.file.name}`;
    bar.hidden = !live;
    line.hidden = !live;
    cancel.hidden = !live || save.phase === "finishing";
    start.hidden = save.phase !== "held";
    dismiss.hidden = live;
    setProgress(bar, save);
    setText(line, figures(save));
    if (save.phase !== drawn?.phase || save.gaps !== drawn?.gaps) drawPhase(save);
    drawn = save;
  }

  /** @param {Save} save */
  function drawPhase(save) {
    const { tone, word } = PHASES[save.phase];
    const shown = tone === "good" && newlyLost(save) > 0 ? "warning" : tone;
    setAttribute(root, "data-tone", shown);
    fill(title, badge(shown, word), foreign(save.file.name));
    fill(words, ...explanation(save));
  }

  return { root, draw };
}

/**
 * Nobody knows how long a browser takes to complete a file.
 * @param {HTMLProgressElement} bar
 * @param {Save} save
 */
function setProgress(bar, { phase, progress: { done, total } }) {
  if (phase === "finishing" || phase === "waiting" || phase === "held") {
    bar.removeAttribute("value");
  } else bar.value = total > 0 ? done / total : 0;
}

/** @param {Save} save */
function figures({ phase, file, progress }) {
  const { way, size: whole } = file;
  const { taken, done, total, pace } = progress;
  if (phase === "waiting") return "Starts as soon as the scan is finished.";
  if (phase === "starting") {
    return "Waiting for the browser to begin. It may be asking where to save.";
  }
  if (phase === "held") {
    return "A browser starts one download for each click on a page. This one waits for its click.";
  }
  if (phase === "finishing") {
    return way === "file" || way === "folder"
      ? "All is written. The browser now checks the file and puts it in place; that takes a while for a large one."
      : "All is written. The download is about to begin.";
  }
  if (phase === "asking") return "Please answer the question.";
  const left = pace?.secondsLeft;
  return [
    share(done, total),
    whole === null ? `${size(taken)} written` : `${size(taken)} of ${size(whole)}`,
    pace && whole !== null && speed(pace.bytesPerSecond),
    typeof left === "number" && `about ${duration(left)} left`,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** @param {Save} save */
function explanation(save) {
  if (save.phase === "done") return endWords(save);
  if (isLive(save)) {
    return [h("p", { class: "quiet" }, "Keep this page open until it is finished.")];
  }
  return failureWords(save);
}

/** @param {Save} save */
function endWords(save) {
  return [
    h("p", {}, handedOver(save)),
    newlyLost(save) > 0 &&
      h(
        "p",
        {},
        h("strong", {}, `${count(newlyLost(save))} of these bytes are zeros`),
        ", because the compressed data was found damaged there while the disk was saved. Keep the backup.",
      ),
    (lostBytes(save) ?? 0) > 0 && mapWords(save),
  ];
}

/**
 * The map comes with a click of its own: a browser may hold back a download that
 * nobody asks for.
 * @param {Save} save
 */
function mapWords({ file, gaps }) {
  if (file.way === "folder") {
    return h(
      "p",
      {},
      "A map of what is missing comes with it, a file ending in .map that GNU ddrescue and its viewers read.",
    );
  }
  return [
    h(
      "p",
      {},
      "Keep the map of what is missing with it, a file ending in .map that GNU ddrescue and its viewers read.",
    ),
    ...gaps.maps.map(({ name, bytes }) =>
      button(gaps.maps.length > 1 ? `Save the map ${name}` : "Save the map", () =>
        saveSmallFile(name, bytes),
      ),
    ),
  ];
}

/** @param {Save} save */
function handedOver({ file: { way }, progress: { taken } }) {
  const bytes = count(taken);
  if (way === "file" || way === "folder") {
    return `All ${bytes} bytes are in the file, and the browser has completed it.`;
  }
  const all = `All ${bytes} bytes were handed to the browser. Its list of downloads shows when the file is written; the file must be exactly that long.`;
  return way === "stage"
    ? `${all} A copy stays in the browser's own storage until this page is opened the next time.`
    : all;
}

/** @param {Save} save */
function failureWords({ progress: { taken }, file: { size: whole, way, name }, phase, failure }) {
  return [
    failure &&
      h(
        "p",
        {},
        h("strong", {}, `${failureSentence(failure.code).title}. `),
        failureSentence(failure.code).text,
      ),
    failure && h("p", { class: "technical" }, foreign(`${failure.code}: ${failure.message}`)),
    phase === "failed" && taken === 0 && way !== "download"
      ? h("p", {}, "Nothing was saved.")
      : remains(way, taken, whole, name),
  ];
}

/**
 * What a save that broke off leaves behind.
 * @param {Save["file"]["way"]} way
 * @param {number} taken
 * @param {number | null} whole
 * @param {string} fileName
 */
function remains(way, taken, whole, fileName) {
  if (way !== "download") {
    return h("p", {}, "What was written up to then was thrown away: nothing is left of it.");
  }
  const handed = `Only ${count(taken)} ${whole === null ? "" : `of ${count(whole)} `}bytes were handed to the browser. `;
  return h(
    "p",
    {},
    handed,
    h("strong", {}, "What the browser has left in Downloads is incomplete: delete it"),
    ", even if the browser calls it finished. It is named ",
    foreign(fileName),
    " or similar. To try again use the button of the disk here; “Retry” in the browser's list cannot work.",
  );
}
