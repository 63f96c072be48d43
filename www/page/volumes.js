/** The file systems of the disks, and which of them files are read in. Pure. */

/** @typedef {import("../core/vma_inspector.js").DiskArea} DiskArea */
/** @typedef {import("../core/vma_inspector.js").DiskContents} DiskContents */
/** @typedef {import("../shared/files.js").VolumePlace} VolumePlace */
/** @typedef {{ place: VolumePlace, part: DiskArea, isRead: boolean }} PlacedVolume */

/** Kinds of file systems that the core reads files in: its codes. */
const READ = /^(ext[234]|xfs|btrfs|ntfs|fat(12|16|32)|exfat|iso9660)$/;

/** The same list for the same contents. @type {WeakMap<object, PlacedVolume[]>} */
const volumes = new WeakMap();

/**
 * All parts of all disks, whatever they hold: logical volumes in place of what they are in.
 * @param {ReadonlyMap<number, DiskContents>} contents by disk
 */
export function volumesOf(contents) {
  const known = volumes.get(contents);
  if (known) return known;
  const made = [...contents].flatMap(([deviceId, { areas }]) =>
    areas.flatMap((area, at) => {
      const inside = area.volumes.length > 0 ? area.volumes : [area];
      return inside.map((part, number) => ({
        place: { deviceId, area: at, logical: part === area ? null : number },
        part,
        isRead: READ.test(part.volume?.kind ?? ""),
      }));
    }),
  );
  volumes.set(contents, made);
  return made;
}

/**
 * The largest that files are read in.
 * @param {ReadonlyMap<number, DiskContents>} contents
 * @param {number} [deviceId] of this disk alone
 * @returns {VolumePlace | null}
 */
export function largestVolume(contents, deviceId) {
  const read = volumesOf(contents).filter(
    ({ place, isRead }) => isRead && (deviceId ?? place.deviceId) === place.deviceId,
  );
  const [first = null] = read.sort((one, other) => other.part.size - one.part.size);
  return first?.place ?? null;
}
