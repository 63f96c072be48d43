/**
 * How a file gets to the person: chosen by what is to be saved and by what the
 * browser can do. Pure.
 */

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
    can.serviceWorker && inOrder && { way: "download", why: DOWNLOAD },
    stageFits(wish, can) && { way: "stage", why: stageWhy(wish) },
    can.filePicker && { way: "file", why: FILE },
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

const DOWNLOAD = "It streams into your Downloads as it is made; nothing is written twice.";
const FILE =
  "You choose the file and it is written there directly. When all of it is written the browser checks it, which takes a while: about a minute for 10 GiB.";

/** @param {Wish} wish */
function stageWhy({ patched, unordered }) {
  if (patched) {
    return "The beginning of this format can be written only at the end. So it is made in the browser's own storage first, then copied to your Downloads.";
  }
  return unordered
    ? "It is written in the backup's order, into the browser's own storage first, then copied to your Downloads."
    : "It is made in the browser's own storage first, then copied to your Downloads.";
}

/** @param {Wish} wish */
function blobWhy({ sliceable }) {
  return sliceable
    ? "It is put together out of pieces of the backup and downloaded at once. This browser offers the page nothing better here."
    : "It is made in the browser's memory and then downloaded. This browser offers the page nothing better here.";
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
