/** In which format a disk is saved, and by which way. Pure. */

/** @typedef {import("./model.js").SaveChoice} SaveChoice */
/** @typedef {import("./model.js").ShownArchive} ShownArchive */

/**
 * One format is chosen for all disks; saved memory is no disk, and only ever raw.
 * @param {ShownArchive} archive
 * @param {number} deviceId
 * @param {string} format that is chosen for all
 * @returns {SaveChoice}
 */
export function choiceFor({ ways, overview }, deviceId, format) {
  const isMemory = overview.devices.find(({ id }) => id === deviceId)?.isVmstate ?? false;
  return { format: isMemory ? "raw" : format, way: ways.get(deviceId) ?? null };
}
