/** What one byte is: of a header, of the data of an extent, of a disk. */
import { approach, isPackedFile, stretchesOf, withBytes } from "./part.js";

/** @typedef {import("../../shared/looked.js").ByteFacts} ByteFacts */
/** @typedef {import("../../shared/looked.js").Looked} Looked */
/** @typedef {import("./part.js").Opened} Opened */
/** @typedef {import("./part.js").Pause} Pause */

/** The longest extent: its header, and 59 clusters. */
const EXTENT_MAX = 512 + 59 * 65_536;
/** What the core searches in one call. */
const SEARCHED = 256 * 1024;

/** Where the last extent that was asked for starts and ends. @type {WeakMap<object, { start: number, end: number }>} */
const lastExtents = new WeakMap();

/**
 * @param {Opened} opened
 * @param {Looked} of
 * @param {number} offset
 * @param {Pause} pause
 * @returns {Promise<ByteFacts>}
 */
export async function factsOf(opened, of, offset, pause) {
  const none = { place: null, field: null, extent: null, stored: null };
  if (isPackedFile(opened, of)) return { kind: "stored", ...none };
  const stretch = await withBytes(opened, of, async (bytes) =>
    stretchesOf(opened, bytes, of, offset, offset + 1).at(0),
  );
  if (!stretch) return { kind: "unknown", ...none };
  const { kind, place } = stretch;
  if (place === null || opened.kind === "disk") return { ...none, kind };
  return { ...none, kind, place, ...(await standing(opened, place, pause)) };
}

/**
 * What stands at a place of the archive.
 * @param {Opened} opened
 * @param {number} place
 * @param {Pause} pause
 */
async function standing(opened, place, pause) {
  const { archive } = opened;
  const field = archive.headerField(place) ?? null;
  if (field) return { field };
  const known = lastExtents.get(archive);
  const isThere = known && known.start <= place && place < known.end;
  const start = isThere ? known.start : await extentStart(opened, place, pause);
  const found = start === null ? undefined : archive.byteOfExtent(start, place);
  if (!found) return {};
  lastExtents.set(archive, { start: found.start, end: found.start + found.size });
  const extent = { start: found.start, size: found.size };
  return { extent, field: found.field, stored: found.stored };
}

/**
 * Where the extent starts that reaches over a place, if one does: searched for backwards,
 * as far as an extent can be long.
 * @param {Opened} opened
 * @param {number} place
 * @param {Pause} pause
 */
function extentStart(opened, place, pause) {
  return withBytes(opened, "archive", async (bytes) => {
    const least = Math.max(0, place + 1 - EXTENT_MAX);
    for (let end = place + 1; end > least; end -= SEARCHED) {
      await approach(bytes, Math.max(0, end - SEARCHED), end + 511, pause);
      const found = opened.archive.extentBefore(end);
      if (found !== undefined) return found;
      await pause();
    }
    return null;
  });
}
