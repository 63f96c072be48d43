/** What can be told of a save from its state. Pure. */

/** @typedef {import("./model.js").Save} Save */

const ENDED = new Set(["done", "cancelled", "refused", "failed"]);

/** @param {Pick<Save, "phase">} save */
export function isLive({ phase }) {
  return !ENDED.has(phase);
}

/**
 * The disk it is of; null for an appliance.
 * @param {Pick<Save, "what">} save
 */
export function deviceOf({ what }) {
  if (what.kind === "appliance") return null;
  return what.kind === "files" ? what.volume.deviceId : what.deviceId;
}

/**
 * Whether it is of files of a disk, and not of the disk.
 * @param {Pick<Save, "what">} save
 */
export function isOfFiles({ what }) {
  return what.kind === "files";
}

/**
 * What the bytes in doubt of its disks are taken for.
 * @param {Pick<Save, "what">} save
 */
export function doubtTaken({ what }) {
  return what.kind === "one-pass" || what.kind === "files" ? "as-it-is" : what.doubt;
}

/**
 * Whether what is lost of its disks reads as a text that says so.
 * @param {Pick<Save, "what">} save
 */
export function isMarked({ what }) {
  return what.kind === "disk" && what.marked;
}

/**
 * Bytes that were found lost; null until all of it was read.
 * @param {Pick<Save, "gaps">} save
 */
export function lostBytes({ gaps: { lost } }) {
  return lost?.reduce((sum, { bytes }) => sum + bytes, 0) ?? null;
}

/**
 * Bytes that a save found lost beyond those that were known before.
 * @param {Pick<Save, "gaps">} save
 */
export function newlyLost({ gaps }) {
  return Math.max(0, (lostBytes({ gaps }) ?? 0) - gaps.missing);
}

/**
 * Whether a save that ended early may have left a part of a file in Downloads.
 * @param {Pick<Save, "file">} save
 */
export function mayBeLeft({ file: { way, begun } }) {
  return way === "download" && begun;
}

/**
 * Whether something speaks against bytes that can be read.
 * @param {import("./model.js").Doubt} doubt
 */
export function isDoubtful({ bytes, isUnproven }) {
  return bytes > 0 || isUnproven;
}

/**
 * Whether more is in doubt than was known before.
 * @param {import("./model.js").Doubt} found
 * @param {import("./model.js").Doubt} known
 */
export function isWorse(found, known) {
  return found.bytes > known.bytes || (found.isUnproven && !known.isUnproven);
}

/**
 * Whether all of it is written, and only has to be kept, or not.
 * @param {Pick<Save, "gaps">} save
 */
export function isWritten({ gaps }) {
  return gaps.lost !== null;
}

/**
 * The last save of a whole disk, or of the appliance.
 * @param {readonly Save[]} saves
 * @param {number} archive
 * @param {number | null} deviceId
 */
export function lastSaveOf(saves, archive, deviceId) {
  const isIt = (/** @type {Save} */ save) =>
    save.archive === archive && deviceOf(save) === deviceId && !isOfFiles(save);
  return saves.findLast(isIt) ?? null;
}

/**
 * The save whose question is shown: one that is shown stays until it is
 * answered. Of a backup that is no longer shown nothing can be asked.
 * @param {readonly Save[]} saves
 * @param {string | null} shown
 * @param {number | undefined} archive
 */
export function askedSave(saves, shown, archive) {
  const asking = saves.filter((save) => save.phase === "asking" && save.archive === archive);
  return asking.find(({ id }) => id === shown) ?? asking[0] ?? null;
}
