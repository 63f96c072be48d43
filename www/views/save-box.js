/** One save: how far it is, how it ended, and what to do about it. */
import { saveSmallFile } from "../page/save-blob.js";
import {
  doubtTaken,
  isDoubtful,
  isLive,
  isMarked,
  lostBytes,
  mayBeLeft,
  newlyLost,
} from "../page/save.js";
import { savedDoubt } from "../words/doubt.js";
import { duration, size, speed } from "../words/format.js";
import { count, share } from "../words/numbers.js";
import { failureSentence } from "../words/sentences.js";
import { pieces, text } from "../words/text.js";
import { noRoom } from "../words/ways.js";
import { fill, h, setAttribute, setText } from "./dom.js";
import { badge, button, foreign } from "./parts.js";

/** @typedef {import("../page/model.js").Save} Save */

/** Files that were left out are named, so many at most. */
const LEFT_OUT_TOLD = 20;

/** @type {Record<Save["phase"], "good" | "damage" | "neutral" | "warning">} */
const TONES = {
  waiting: "neutral",
  starting: "neutral",
  held: "warning",
  running: "neutral",
  asking: "warning",
  finishing: "neutral",
  done: "good",
  cancelled: "damage",
  refused: "damage",
  failed: "damage",
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
  const cancel = button(text("save.cancel"), () => send({ type: "save-cancel-wanted", id }));
  const start = button(text("save.download-now"), () => send({ type: "save-let", id }), {
    "data-kind": "primary",
  });
  const unstage = button("", () => send({ type: "remove-staged-wanted", id }));
  const dismiss = button(text("save.close"), () => send({ type: "save-dismissed", id }));
  const root = h(
    "div",
    { class: "save", role: "group" },
    title,
    bar,
    line,
    words,
    h("div", { class: "save-buttons" }, start, cancel, unstage, dismiss),
  );
  /** @type {Save | null} */
  let drawn = null;

  /** @param {Save} save */
  function draw(save) {
    if (save === drawn) return;
    id = save.id;
    const live = isLive(save);
    root.ariaLabel = text("save.label", { name: save.file.name });
    bar.ariaLabel = text("save.bar", { name: save.file.name });
    bar.hidden = !live;
    line.hidden = !live;
    cancel.hidden = !live || save.phase === "finishing";
    start.hidden = save.phase !== "held";
    dismiss.hidden = live;
    unstage.hidden = !isStaged(save);
    setText(unstage, text("save.unstage", { size: size(save.progress.taken) }));
    setProgress(bar, save);
    setText(line, figures(save));
    const { phase, gaps, file } = save;
    const isSame = phase === drawn?.phase && gaps === drawn.gaps && file === drawn.file;
    if (!isSame) drawPhase(save);
    drawn = save;
  }

  /** @param {Save} save */
  function drawPhase(save) {
    const shown = toneOf(save);
    setAttribute(root, "data-tone", shown);
    fill(title, badge(shown, text(`save-phase.${save.phase}`)), foreign(save.file.name));
    fill(words, ...explanation(save));
  }

  return { root, draw };
}

/**
 * Never green over a file in which something is missing or in doubt, or which
 * programs take for another; that a person did not want it after all is no damage.
 * @param {Save} save
 */
function toneOf(save) {
  const tone = TONES[save.phase];
  const { gaps, file } = save;
  const isHurt =
    (lostBytes(save) ?? 0) > 0 ||
    isDoubtful(gaps.doubt) ||
    gaps.leftOut.length > 0 ||
    file.beginsLike !== null;
  if (tone === "good" && isHurt) return "warning";
  return save.phase === "cancelled" && !save.file.begun ? "neutral" : tone;
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
function figures({ phase, file, progress, waitsFor }) {
  const { way, size: whole } = file;
  const { taken, done, total, pace } = progress;
  if (phase === "waiting") {
    return waitsFor.kind === "save" ? text("save.waiting-save") : text("save.waiting");
  }
  if (phase === "starting") {
    return text("save.starting");
  }
  if (phase === "held") {
    return text("save.held");
  }
  if (phase === "finishing") {
    return way === "file" || way === "folder"
      ? text("save.finishing-file")
      : text("save.finishing-download");
  }
  if (phase === "asking") return text("save.asking");
  const left = pace?.secondsLeft;
  return [
    share(done, total),
    whole === null
      ? text("save.written", { size: size(taken) })
      : text("progress.of", { done: size(taken), total: size(whole) }),
    pace && whole !== null && speed(pace.bytesPerSecond),
    typeof left === "number" && text("progress.left", { time: duration(left) }),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** @param {Save} save */
function explanation(save) {
  if (save.phase === "done") return endWords(save);
  if (isLive(save)) {
    return [h("p", { class: "quiet" }, text("save.keep-open"))];
  }
  return failureWords(save);
}

/** @param {Save} save */
function endWords(save) {
  const { doubt } = save.gaps;
  const known = (lostBytes(save) ?? 0) - newlyLost(save);
  return [
    h("p", {}, handedOver(save)),
    save.gaps.leftOut.length > 0 && leftOutWords(save),
    save.file.beginsLike !== null &&
      h("p", {}, text("beginning.saved", { format: save.file.beginsLike })),
    newlyLost(save) > 0 &&
      h(
        "p",
        {},
        ...pieces("save.zeros", {
          zeros: h("strong", {}, text("save.zeros-number", { count: newlyLost(save) })),
        }),
      ),
    known > 0 && h("p", {}, text("save.gaps", { size: size(known) })),
    doubt.bytes > 0 && h("p", {}, doubtWords(save)),
    doubt.isUnproven && h("p", {}, text("save.not-proven")),
    ((lostBytes(save) ?? 0) > 0 || doubt.bytes > 0) && mapWords(save),
  ];
}

/**
 * What of the files is not in their archive.
 * @param {Save} save
 */
function leftOutWords({ gaps: { leftOut } }) {
  const told = leftOut.slice(0, LEFT_OUT_TOLD);
  const rest = leftOut.length - told.length;
  return [
    h("p", {}, h("strong", {}, text("save.left-out", { count: leftOut.length }))),
    h(
      "ul",
      {},
      ...told.map(({ path, fault }) =>
        h(
          "li",
          {},
          foreign(path),
          " ",
          h("span", { class: "technical" }, `${fault.code}: `),
          foreign(fault.about),
        ),
      ),
    ),
    rest > 0 && h("p", {}, text("save.left-out-more", { count: rest })),
  ];
}

/** @param {Save} save */
function doubtWords(save) {
  const { bytes } = save.gaps.doubt;
  return savedDoubt({ bytes, taken: doubtTaken(save) }, isMarked(save));
}

/**
 * The map comes with a click of its own: a browser may hold back a download that
 * nobody asks for.
 * @param {Save} save
 */
function mapWords({ file, gaps }) {
  if (file.way === "folder") {
    return h("p", {}, text("save.map-beside"));
  }
  // They are there a moment after the end, unless the archive was closed by then.
  if (gaps.maps.length === 0) return null;
  return [
    h("p", {}, text("save.map-keep")),
    ...gaps.maps.map(({ name, bytes }) =>
      button(gaps.maps.length > 1 ? text("save.map-named", { name }) : text("save.map"), () =>
        saveSmallFile(name, bytes),
      ),
    ),
  ];
}

/**
 * Whether the copy that it was downloaded from is still there.
 * @param {Save} save
 */
function isStaged({ phase, file }) {
  return phase === "done" && file.way === "stage" && !file.unstaged;
}

/** @param {Save} save */
function handedOver(save) {
  const { way } = save.file;
  const { taken } = save.progress;
  const bytes = count(taken);
  if (way === "file" || way === "folder") {
    return text("save.in-file", { bytes });
  }
  const handed = text("save.handed", { bytes });
  if (way !== "stage") return handed;
  return `${handed} ${isStaged(save) ? text("save.staged") : text("save.unstaged")}`;
}

/** @param {Save} save */
function failureWords(save) {
  const { failure } = save;
  if (failure?.shortage) return shortageWords(failure.shortage);
  return [
    failure &&
      h(
        "p",
        {},
        h("strong", {}, text("failure-short", { title: failureSentence(failure.code).title })),
        " ",
        failureSentence(failure.code).text,
      ),
    failure && h("p", { class: "technical" }, foreign(`${failure.code}: ${failure.message}`)),
    remains(save),
  ];
}

/**
 * It was not begun.
 * @param {import("../shared/shortage.js").Shortage} shortage
 */
function shortageWords(shortage) {
  const { why, helps } = noRoom(shortage);
  const { title } = failureSentence("no-room");
  return [
    h("p", {}, h("strong", {}, text("failure-short", { title })), " ", why),
    h("p", {}, text("save.not-begun")),
    helps.length > 0 && h("p", {}, text("no-room.helps")),
    h(
      "ul",
      {},
      helps.map((help) => h("li", {}, help)),
    ),
  ];
}

/**
 * What a save that broke off leaves behind.
 * @param {Save} save
 */
function remains(save) {
  const { size: whole, name } = save.file;
  const { taken } = save.progress;
  if (!save.file.begun) return h("p", {}, text("save.not-begun"));
  if (!mayBeLeft(save)) return h("p", {}, text("save.nothing-saved"));
  const handed =
    whole === null
      ? text("save.handed-some", { bytes: taken })
      : text("save.handed-part", { bytes: taken, all: whole });
  const incomplete = h("strong", {}, text("save.incomplete-file"));
  return h("p", {}, handed, " ", ...pieces("save.incomplete", { incomplete, name: foreign(name) }));
}
