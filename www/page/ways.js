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

/** A browser holds such a `Blob`, or pages it out, without trouble. */
const BLOB_MAX = 512 * 1024 * 1024;
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
  /** @type {(Choice | false)[]} */
  const ways = [
    can.serviceWorker && inOrder && { way: "download", why: text("way-why.download") },
    stageFits(wish, can) && { way: "stage", why: stageWhy(wish) },
    can.filePicker && { way: "file", why: text("way-why.file") },
    blobFits(wish) && { way: "blob", why: blobWhy(wish) },
  ];
  const there = ways.filter((way) => way !== false);
  // Two copies of something large: better to write it once.
  const largeStage = there[0]?.way === "stage" && can.filePicker && wish.sizeMax > BLOB_MAX;
  return largeStage ? [...there.filter(({ way }) => way === "file"), ...others(there)] : there;
}

/** @param {Choice[]} ways */
function others(ways) {
  return ways.filter(({ way }) => way !== "file");
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
function stageFits({ sizeMax }, { stageFree, stageLimited }) {
  if (stageFree === null || sizeMax > stageFree) return false;
  return !stageLimited || sizeMax <= STAGE_MAX;
}

/** @param {Wish} wish */
function blobFits({ unordered, sliceable, sizeMax }) {
  return !unordered && (sliceable || sizeMax <= BLOB_MAX);
}
