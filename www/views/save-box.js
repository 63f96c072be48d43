/** One save: how far it is, how it ended, and what to do about it. */
import { fill, h, setAttribute, setText } from "../dom.js";
import { count, duration, share, size, speed } from "../format.js";
import { failureSentence } from "../sentences.js";
import { newlyLost } from "../state.js";
import { badge, button, foreign } from "./parts.js";

/** @typedef {import("../model.js").Save} Save */

/** @type {Record<Save["phase"], { tone: "good" | "damage" | "neutral", word: string }>} */
const PHASES = {
  starting: { tone: "neutral", word: "Starting" },
  running: { tone: "neutral", word: "Saving" },
  done: { tone: "good", word: "Handed over" },
  cancelled: { tone: "damage", word: "Cancelled" },
  refused: { tone: "damage", word: "Cancelled by the browser" },
  failed: { tone: "damage", word: "Failed" },
};

/**
 * @param {import("../model.js").Send} send
 */
export function saveBox(send) {
  let id = "";
  const title = h("p", { class: "save-title" });
  const bar = h("progress", { max: 1 });
  const line = h("p", { class: "figures" });
  const words = h("div");
  const cancel = button("Cancel", () => send({ type: "save-cancel-wanted", id }));
  const dismiss = button("Close", () => send({ type: "save-dismissed", id }));
  const root = h(
    "div",
    { class: "save", role: "group" },
    title,
    bar,
    line,
    words,
    h("div", { class: "save-buttons" }, cancel, dismiss),
  );
  /** @type {Save | null} */
  let drawn = null;

  /** @param {Save} save */
  function draw(save) {
    if (save === drawn) return;
    id = save.id;
    const live = save.phase === "starting" || save.phase === "running";
    root.ariaLabel = `Saving ${save.fileName}`;
    bar.ariaLabel = `Saved of ${save.fileName}`;
    bar.hidden = !live;
    line.hidden = !live;
    cancel.hidden = !live;
    dismiss.hidden = live;
    bar.value = save.size > 0 ? save.taken / save.size : 0;
    setText(line, figures(save));
    if (save.phase !== drawn?.phase || save.lost !== drawn?.lost) drawPhase(save);
    drawn = save;
  }

  /** @param {Save} save */
  function drawPhase(save) {
    const { tone, word } = PHASES[save.phase];
    const shown = tone === "good" && newlyLost(save) > 0 ? "warning" : tone;
    setAttribute(root, "data-tone", shown);
    fill(title, badge(shown, word), foreign(save.fileName));
    fill(words, ...explanation(save));
  }

  return { root, draw };
}

/** @param {Save} save */
function figures({ phase, taken, size: total, pace }) {
  if (phase === "starting") {
    return "Waiting for the browser to begin. It may be asking where to save.";
  }
  const left = pace?.secondsLeft;
  return [
    share(taken, total),
    `${size(taken)} of ${size(total)}`,
    pace && speed(pace.bytesPerSecond),
    typeof left === "number" && `about ${duration(left)} left`,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** @param {Save} save */
function explanation(save) {
  const { phase, size: total, taken, fileName, failure } = save;
  if (phase === "starting" || phase === "running") {
    return [h("p", { class: "quiet" }, "Keep this page open until it is finished.")];
  }
  if (phase === "done") {
    const all = `All ${count(total)} bytes were handed to the browser. `;
    return [
      h(
        "p",
        {},
        all,
        "Its list of downloads shows when the file is written; the file must be exactly that long.",
      ),
      newlyLost(save) > 0 &&
        h(
          "p",
          {},
          h("strong", {}, `${count(newlyLost(save))} of these bytes are zeros`),
          ", because the compressed data was found damaged there while the disk was saved. Keep the backup.",
        ),
    ];
  }
  const handed = `Only ${count(taken)} of ${count(total)} bytes were handed to the browser. `;
  return [
    failure &&
      h(
        "p",
        {},
        h("strong", {}, `${failureSentence(failure.code).title}. `),
        failureSentence(failure.code).text,
      ),
    failure && h("p", { class: "technical" }, foreign(`${failure.code}: ${failure.message}`)),
    h(
      "p",
      {},
      handed,
      h("strong", {}, "What the browser has left in Downloads is incomplete: delete it"),
      ", even if the browser calls it finished. It is named ",
      foreign(fileName),
      " or similar. To try again use the button of the disk here; “Retry” in the browser's list cannot work.",
    ),
  ];
}
