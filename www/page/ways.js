/**
 * How a file gets to the person: chosen by what is to be saved and by what the
 * browser can do. Pure.
 */
import { text } from "../words/text.js";

/** @typedef {import("./model.js").Abilities} Abilities */
/** @typedef {import("./model.js").Way} Way */
/**
 * What is to be saved.
 * @typedef {object} Wish
 * @property {number} sizeMax bytes of the file at most
 * @property {boolean} patched its start has to be written over at the end
 * @property {boolean} unordered it comes in the backup's order, not its own
 * @property {boolean} sliceable it can be put together out of slices of the backup
 */
/** @typedef {{ way: Way, why: string }} Choice */

/** A browser holds so much in `Blob`s, or pages it out, without trouble. */
export const MEMORY_MAX = 512 * 1024 * 1024;
/** One that is put together out of order is held in parts, and each is looked at. */
const PLACED_MAX = 128 * 1024 * 1024;
/** Firefox refuses larger files in its private file system. */
const STAGE_MAX = 10 * 1024 ** 3;

/**
 * The ways there are, the best first; empty if there is none.
 * @param {Wish} wish
 * @param {Abilities} can
 * @returns {Choice[]}
 */
export function waysFor(wish, can) {
  const inOrder = !wish.patched && !wish.unordered;
  const isSmall =
    wish.sizeMax <= Math.min(can.memoryFree, wish.unordered ? PLACED_MAX : MEMORY_MAX);
  const blob = /** @type {const} */ ({ way: "blob", why: blobWhy(wish) });
  /** @type {(Choice | false)[]} */
  const ways = [
    can.serviceWorker && inOrder && { way: "download", why: text("way-why.download") },
    isSmall && blob,
    can.filePicker && { way: "file", why: text("way-why.file") },
    // A copy of a disk in the browser's own storage: only where nothing else will do.
    stageFits(wish, can) && { way: "stage", why: stageWhy(wish) },
    !isSmall && wish.sliceable && !wish.unordered && blob,
  ];
  return ways.filter((way) => way !== false);
}

/** @param {Wish} wish */
function stageWhy({ patched, unordered }) {
  if (patched) {
    return text("way-why.stage-patched");
  }
  return unordered ? text("way-why.stage-unordered") : text("way-why.stage");
}

/** @param {Wish} wish */
function blobWhy({ sliceable }) {
  return sliceable ? text("way-why.blob-sliced") : text("way-why.blob");
}

/**
 * @param {Wish} wish
 * @param {Abilities} can
 */
function stageFits({ sizeMax }, can) {
  if (can.stageFree === null || sizeMax > can.stageFree) return false;
  return !isTooLargeToStage(sizeMax, can);
}

/**
 * @param {number} sizeMax
 * @param {Pick<Abilities, "stageLimited">} can
 */
export function isTooLargeToStage(sizeMax, { stageLimited }) {
  return stageLimited && sizeMax > STAGE_MAX;
}
