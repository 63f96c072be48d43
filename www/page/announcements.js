/** What a person who does not see the page should hear of an event. Pure. */
import { answer } from "../words/answer.js";
import { size } from "../words/format.js";
import { failureSentence } from "../words/sentences.js";
import { text } from "../words/text.js";
import { doubtTaken, isDoubtful, isLive, mayBeLeft, newlyLost } from "./save.js";

/** @typedef {import("./model.js").PageEvent} PageEvent */
/** @typedef {import("./model.js").Save} Save */
/** @typedef {import("./model.js").State} State */

/**
 * @param {State} before the event
 * @param {State} state after it
 * @param {PageEvent} event
 * @returns {string | null}
 */
export function announcementOf(before, state, event) {
  switch (event.type) {
    case "file-chosen":
      return text("said.opening", { name: event.file.name });
    case "open-failed":
    case "drop-refused":
    case "worker-ended":
    case "scan-failed":
    case "file-gone":
      return failureSentence(event.failure.code).title;
    case "opened":
      return openedWords(event);
    case "scan-stopped":
      return text("said.scan-stopped");
    case "trust-arrived":
      return answerWords(before.archive, state.archive);
    case "save-started":
      return text("said.saving", { name: event.save.file.name });
    case "save-changed":
      return savedWords(before.saves.find(({ id }) => id === event.save.id) ?? null, event.save);
    case "hash-done":
      return text("said.hashed");
    default:
      return null;
  }
}

/**
 * The answer, where it is another one than before.
 * @param {State["archive"]} before
 * @param {State["archive"]} archive
 */
function answerWords(before, archive) {
  const title = (archive && answer(archive)?.title) ?? null;
  return title === ((before && answer(before)?.title) ?? null) ? null : title;
}

/** @param {Extract<PageEvent, { type: "opened" }>} event */
function openedWords({ file, archive: { overview } }) {
  const disks = text("count.disk", { count: overview.devices.length });
  return text("said.opened", { name: file.name, disks, size: size(file.size) });
}

/**
 * @param {Save | null} before
 * @param {Save} save
 */
function savedWords(before, save) {
  const { file, phase, progress } = save;
  if (before && before.gaps.lost !== save.gaps.lost && newlyLost(save) > 0) {
    return text("said.lost", { count: newlyLost(save), name: file.name });
  }
  if (!before || !isLive(before)) return null;
  if (phase === "held" && before.phase !== "held") return text("said.held", { name: file.name });
  if (isLive(save)) return null;
  if (phase !== "done") {
    return mayBeLeft(save)
      ? text("said.not-saved", { name: file.name })
      : text("said.nothing-saved", { name: file.name });
  }
  const { leftOut } = save.gaps;
  const missed = leftOut.length > 0 ? ` ${text("save.left-out", { count: leftOut.length })}` : "";
  const said = text("said.saved", { bytes: progress.taken, name: file.name }) + missed;
  if (!isDoubtful(save.gaps.doubt)) return said;
  const isTaken = save.gaps.doubt.bytes > 0 && doubtTaken(save) === "as-lost";
  return `${said} ${isTaken ? text("said.doubt-as-lost") : text("said.doubt")}`;
}
