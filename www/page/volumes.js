/** The file systems of the disks, and which of them files are read in. Pure. */

/** @typedef {import("../core/vma_inspector.js").DiskArea} DiskArea */
/** @typedef {import("../core/vma_inspector.js").DiskContents} DiskContents */
/** @typedef {import("../shared/files.js").VolumePlace} VolumePlace */
/** @typedef {{ place: VolumePlace, part: DiskArea, isRead: boolean }} PlacedVolume */

/**
 * All parts of all disks, whatever they hold: logical volumes and arrays in place of what they
 * are in; what lies on several disks once, with the first of them.
 * @param {ReadonlyMap<number, DiskContents>} contents by disk
 * @returns {PlacedVolume[]}
 */
export function volumesOf(contents) {
  return [...contents].flatMap(([deviceId, held]) => volumesOn(deviceId, held));
}

/**
 * @param {number} deviceId
 * @param {DiskContents} contents
 * @returns {PlacedVolume[]}
 */
function volumesOn(deviceId, { areas }) {
  return areas.flatMap((whole, area) => {
    if (whole.share === "elsewhere") return [];
    const isGroup = whole.volumes.length > 0;
    return (isGroup ? whole.volumes : [whole]).map((part, at) => ({
      place: { deviceId, area, logical: isGroup ? at : null },
      part,
      isRead: (part.volume?.family ?? null) !== null,
    }));
  });
}

/**
 * The largest that files are read in.
 * @param {ReadonlyMap<number, DiskContents>} contents
 */
export function largestVolume(contents) {
  return largestOf(volumesOf(contents));
}

/**
 * The largest on one disk.
 * @param {ReadonlyMap<number, DiskContents>} contents
 * @param {number} deviceId
 */
export function largestVolumeOn(contents, deviceId) {
  const held = contents.get(deviceId);
  return held ? largestOf(volumesOn(deviceId, held)) : null;
}

/** @param {PlacedVolume[]} volumes */
function largestOf(volumes) {
  const read = volumes.filter(({ isRead }) => isRead);
  return read.sort((one, other) => other.part.size - one.part.size)[0]?.place ?? null;
}
