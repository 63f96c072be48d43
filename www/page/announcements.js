/** What a person who does not see the page should hear of an event. Pure. */
import { count, counted, size } from "../words/format.js";
import { failureSentence } from "../words/sentences.js";
import { verdict } from "../words/verdict.js";
import { isLive, newlyLost } from "./save.js";

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
      return `Opening ${event.file.name}.`;
    case "open-failed":
    case "drop-refused":
    case "worker-died":
    case "scan-failed":
      return failureSentence(event.failure.code).title;
    case "opened":
      return openedWords(event);
    case "scan-stopped":
      return "Scan stopped.";
    case "scan-finished":
      return state.archive ? (verdict(state.archive)?.title ?? null) : null;
    case "save-started":
      return `Saving ${event.save.file.name}.`;
    case "save-changed":
      return savedWords(before.saves.find(({ id }) => id === event.save.id) ?? null, event.save);
    case "hash-done":
      return "The SHA-256 of a disk is there.";
    default:
      return null;
  }
}

/** @param {Extract<PageEvent, { type: "opened" }>} event */
function openedWords({ file, archive: { overview } }) {
  const disks = counted(overview.devices.length, "disk");
  return `${file.name} is open: ${disks}, ${size(file.size)}. The scan has begun.`;
}

/**
 * @param {Save | null} before
 * @param {Save} save
 */
function savedWords(before, save) {
  const { file, phase, progress } = save;
  if (before && before.gaps.lost !== save.gaps.lost && newlyLost(save) > 0) {
    return `${count(newlyLost(save))} bytes of ${file.name} could not be unpacked and are zeros.`;
  }
  if (!before || !isLive(before)) return null;
  if (phase === "held" && before.phase !== "held") return `${file.name} waits for a click.`;
  if (isLive(save)) return null;
  return phase === "done"
    ? `All ${count(progress.taken)} bytes of ${file.name} were handed to the browser.`
    : `${file.name} was not saved completely. Delete what is in Downloads.`;
}
