/** Reads a part of the file, of the archive in it or of a disk, with what is known of it. */

/** @typedef {import("../../core/vma_inspector.js").SourceBytes} SourceBytes */
/** @typedef {import("../../shared/looked.js").ByteKind} ByteKind */
/** @typedef {import("../../shared/looked.js").BytesPart} BytesPart */
/** @typedef {import("../../shared/looked.js").Looked} Looked */
/** @typedef {import("../../shared/looked.js").Stretch} Stretch */
/** @typedef {() => Promise<void>} Pause between steps; throws what ends the work */
/**
 * What is read of an open archive.
 * @typedef {Pick<import("../session.js").Session, "archive" | "kind" | "source" | "compressed">} Opened
 */

/** The longest part, bytes. */
export const PART_MAX = 64 * 1024;
/** Bytes that are read and unpacked on the way to a part in one step. */
const WORK_PER_STEP = 4n << 20n;
/** How often a part is read again in which a read has stopped. */
const TRIES = 3;
/** Runs of a disk that are asked for at once. */
const RUNS = 64;
/** What kind of gap the core's numbers stand for. */
const GAPS = /** @type {const} */ (["lost", "doubt", "unknown"]);

/**
 * @param {Opened} opened
 * @param {Looked} of
 * @param {number} offset
 * @param {number} length
 * @param {Pause} pause
 * @returns {Promise<BytesPart>}
 */
export async function partOf(opened, of, offset, length, pause) {
  const most = Math.min(length, PART_MAX);
  if (isPackedFile(opened, of)) return partOfFile(opened, offset, most);
  return withBytes(opened, of, async (bytes, { size, isWhole }) => {
    const end = Math.max(offset, Math.min(offset + most, size));
    const part = await readKnown(opened, bytes, of, { start: offset, end }, pause);
    return { size, isWhole, offset, ...part };
  });
}

/**
 * The file itself, where it is not the archive.
 * @param {Opened} opened
 * @param {Looked} of
 */
export function isPackedFile({ compressed }, of) {
  return of === "file" && compressed;
}

/**
 * @param {Opened} opened
 * @param {number} offset
 * @param {number} length
 * @returns {BytesPart}
 */
function partOfFile({ source }, offset, length) {
  const bytes = new Uint8Array(source.read(offset, length));
  const stretches = [{ length: bytes.length, kind: /** @type {const} */ ("stored"), place: null }];
  return { size: source.size, isWhole: true, offset, bytes, stretches };
}

/**
 * Works with the bytes of the archive or of a disk, and how many are known of.
 * @template Value
 * @param {Opened} opened
 * @param {Looked} of
 * @param {(bytes: SourceBytes, whole: { size: number, isWhole: boolean }) => Promise<Value>} work
 */
export async function withBytes({ archive }, of, work) {
  const device = typeof of === "number" ? of : 0;
  const bytes = archive.bytesAsTheyAre(device);
  if (!bytes) throw new RangeError(`there is no disk ${device}`);
  try {
    const isWhole = bytes.size() !== undefined;
    return await work(bytes, { size: Number(bytes.size() ?? archive.archiveSeen()), isWhole });
  } finally {
    bytes.free();
  }
}

/**
 * @param {Opened} opened
 * @param {SourceBytes} bytes
 * @param {Looked} of
 * @param {{ start: number, end: number }} range
 * @param {Pause} pause
 */
async function readKnown(opened, bytes, of, { start, end }, pause) {
  const room = new Uint8Array(end - start);
  for (let tries = 1; ; tries += 1) {
    const stretches = stretchesOf(opened, bytes, of, start, end);
    const there = stretches.filter(({ kind }) => kind === "stored" || kind === "doubt");
    /** @type {Stretch[]} */
    const short = [];
    for (const stretch of there) {
      const from = start + startOf(stretches, stretch);
      await approach(bytes, from, from + stretch.length, pause);
      const into = room.subarray(from - start, from - start + stretch.length);
      if (!readAll(bytes, from, into)) short.push(stretch);
    }
    if (short.length === 0) return { bytes: room, stretches };
    room.fill(0);
    // That a read stopped has shown that more is lost. What no gap tells of is not known.
    if (tries === TRIES) return { bytes: room, stretches: [unknown(end - start)] };
  }
}

/** @param {number} length */
function unknown(length) {
  return { length, kind: /** @type {const} */ ("unknown"), place: null };
}

/**
 * Where a stretch begins among others.
 * @param {readonly Stretch[]} stretches
 * @param {Stretch} stretch
 */
function startOf(stretches, stretch) {
  const before = stretches.slice(0, stretches.indexOf(stretch));
  return before.reduce((sum, { length }) => sum + length, 0);
}

/**
 * @param {SourceBytes} bytes
 * @param {number} offset
 * @param {Uint8Array} into
 * @returns {boolean} whether all of it was there
 */
function readAll(bytes, offset, into) {
  for (let done = 0; done < into.length;) {
    const count = bytes.read(BigInt(offset + done), into.subarray(done));
    if (count === 0) return false;
    done += count;
  }
  return true;
}

/**
 * Works towards a range, in steps between which other requests are answered.
 * @param {SourceBytes} bytes
 * @param {number} start
 * @param {number} end
 * @param {Pause} pause
 */
export async function approach(bytes, start, end, pause) {
  while (!bytes.approach(BigInt(start), BigInt(end), WORK_PER_STEP)) {
    await pause();
  }
}

/**
 * What is known of a range, without reading.
 * @param {Opened} opened
 * @param {SourceBytes} bytes
 * @param {Looked} of
 * @param {number} start
 * @param {number} end
 * @returns {Stretch[]}
 */
export function stretchesOf({ archive }, bytes, of, start, end) {
  /** @type {Stretch[]} */
  const found = [];
  for (let at = start; at < end;) {
    const run =
      typeof of === "number" ? runsOf(archive, of, at) : [{ length: end - at, place: at }];
    if (run.length === 0) break;
    for (const { length, place } of run) {
      const until = Math.min(at + length, end);
      if (until > at) found.push(...inRun(bytes, at, until, place));
      at = until;
    }
  }
  return joined(found);
}

/**
 * Runs of a disk from a place on; those that stand nowhere have null for a place.
 * @param {import("../../core/vma_inspector.js").Archive} archive
 * @param {number} device
 * @param {number} from
 * @param {number} [count]
 */
export function runsOf(archive, device, from, count = RUNS) {
  const numbers = archive.imageRuns(device, from, count, "as-it-is");
  return Array.from({ length: numbers.length / 2 }, (_, at) => {
    const place = numbers[2 * at + 1] ?? -1;
    return { length: numbers[2 * at] ?? 0, place: place < 0 ? null : place };
  });
}

/**
 * A run, parted by its gaps.
 * @param {SourceBytes} bytes
 * @param {number} start
 * @param {number} end
 * @param {number | null} place
 */
function inRun(bytes, start, end, place) {
  /** @type {Stretch[]} */
  const parts = [];
  /** @type {(until: number, kind: ByteKind) => void} */
  const push = (until, kind) => {
    const isNowhere = place === null || kind === "lost" || kind === "unknown";
    if (until > at) {
      const where = isNowhere ? null : place + at - start;
      parts.push({ length: until - at, kind, place: where });
    }
    at = Math.max(at, until);
  };
  const usual = place === null ? "zero" : "stored";
  let at = start;
  while (at < end) {
    const gap = bytes.gap(BigInt(at), BigInt(end));
    if (!gap) break;
    const [from = 0n, to = 0n, kind = 0n] = gap;
    push(Math.min(Number(from), end), usual);
    push(Math.min(Math.max(Number(to), at + 1), end), GAPS[Number(kind)] ?? "lost");
  }
  push(end, usual);
  return parts;
}

/**
 * Neighbours that go on as one.
 * @param {Stretch[]} stretches
 */
function joined(stretches) {
  /** @type {Stretch[]} */
  const all = [];
  for (const stretch of stretches) {
    const last = all.at(-1);
    const goesOn =
      last?.kind === stretch.kind &&
      (last.place === null ? null : last.place + last.length) === stretch.place;
    if (last && goesOn) last.length += stretch.length;
    else all.push({ ...stretch });
  }
  return all;
}
