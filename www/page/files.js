/**
 * Asks the Worker for what is in the file systems of disks. It is no part of the state:
 * none but the view that asks shows it, and all of it goes when more of the disks is known.
 */

/** @typedef {import("../shared/files.js").FileEntry} FileEntry */
/** @typedef {import("../shared/files.js").FileFault} FileFault */
/** @typedef {import("../shared/files.js").FileName} FileName */
/** @typedef {import("../shared/files.js").FilesRequests} FilesRequests */
/** @typedef {import("../shared/files.js").FilesUpdate} FilesUpdate */
/** @typedef {import("../shared/files.js").NodeId} NodeId */
/** @typedef {import("../shared/files.js").OpenedVolume} OpenedVolume */
/** @typedef {import("../shared/files.js").VolumePlace} VolumePlace */
/** @typedef {{ archive: number, volume: VolumePlace }} Of */
/** @typedef {Pick<import("./worker-client.js").WorkerClient, "request">} Asked */
/**
 * How something is waited for.
 * @typedef {object} Wait
 * @property {AbortSignal} signal
 * @property {(update: FilesUpdate) => void} [onProgress]
 */
/**
 * A folder, as far as it has been listed.
 * @typedef {object} Listing
 * @property {FileEntry[]} entries in the file system's order; more are added at the end
 * @property {bigint | null} next where it goes on
 * @property {boolean} isWhole
 * @property {number} leftOut
 * @property {FileFault | null} fault what of it cannot be had
 */

/** Entries of all folders that are kept, but for those of the latest. */
const ENTRIES_KEPT = 200_000;
/** Bytes that are asked for at once. */
export const PART_MAX = 1024 * 1024;

export class Files {
  #worker;
  /** @type {Map<string, OpenedVolume>} */
  #volumes = new Map();
  /** The latest last. @type {Map<string, Listing>} */
  #folders = new Map();

  /** @param {Asked} worker */
  constructor(worker) {
    this.#worker = worker;
  }

  /** More is known now: what was kept may say less than there is. */
  forget() {
    this.#volumes.clear();
    this.#folders.clear();
  }

  /**
   * @param {Of} of
   * @param {Wait} wait
   * @returns {Promise<OpenedVolume>}
   */
  async open(of, wait) {
    const key = keyOf(of);
    const known = this.#volumes.get(key);
    if (known) return known;
    const kept = this.#volumes;
    const opened = await this.#worker.request("openVolume", { ...of }, wait);
    if (kept === this.#volumes) kept.set(key, opened);
    return opened;
  }

  /**
   * What is there already of a folder.
   * @param {Of} of
   * @param {NodeId} id
   * @returns {Listing}
   */
  folder(of, id) {
    const key = `${keyOf(of)} ${id}`;
    const listing = this.#folders.get(key) ?? {
      entries: [],
      next: null,
      isWhole: false,
      leftOut: 0,
      fault: null,
    };
    this.#folders.delete(key);
    this.#folders.set(key, listing);
    this.#drop();
    return listing;
  }

  /**
   * Asks for the next part of a folder; one that somebody else has got meanwhile is not
   * added twice.
   * @param {Of} of
   * @param {NodeId} id
   * @param {Wait} wait
   * @returns {Promise<Listing>}
   */
  async more(of, id, wait) {
    const listing = this.folder(of, id);
    if (listing.isWhole) return listing;
    const cursor = listing.next;
    const before = listing.entries.length;
    const part = await this.#worker.request("folder", { ...of, node: id, cursor }, wait);
    if (listing.isWhole || listing.entries.length !== before) return listing;
    for (const entry of part.entries) listing.entries.push(entry);
    listing.leftOut += part.leftOut;
    // One that goes on where it went on before would never end.
    const isStuck = part.next !== null && part.next === cursor;
    listing.fault ??= isStuck ? { code: "file-corrupt", about: "" } : part.fault;
    listing.next = part.next;
    listing.isWhole = part.next === null || isStuck;
    return listing;
  }

  /**
   * The entry of this name, listing no more of the folder than it takes.
   * @param {Of} of
   * @param {NodeId} id
   * @param {FileName} name
   * @param {Wait} wait
   * @returns {Promise<FileEntry | null>}
   */
  async find(of, id, name, wait) {
    let listing = this.folder(of, id);
    for (let at = 0; ;) {
      for (; at < listing.entries.length; at += 1) {
        const entry = listing.entries[at];
        if (entry && isSameName(entry.name, name)) return entry;
      }
      if (listing.isWhole) return null;
      listing = await this.more(of, id, wait);
    }
  }

  /**
   * @param {Of} of
   * @param {NodeId} id
   * @param {Wait} wait
   */
  details(of, id, wait) {
    return this.#worker.request("fileDetails", { ...of, node: id }, wait);
  }

  /**
   * The first bytes of a file, part by part: fewer at its end, or before a fault.
   * @param {Of} of
   * @param {NodeId} id
   * @param {number} length
   * @param {Wait} wait
   * @returns {Promise<{ bytes: Uint8Array<ArrayBuffer>, fault: FileFault | null }>}
   */
  async beginning(of, id, length, wait) {
    /** @type {Uint8Array<ArrayBuffer>[]} */
    const parts = [];
    for (let offset = 0; offset < length;) {
      const ask = { node: id, stream: null, offset, length: Math.min(PART_MAX, length - offset) };
      const { bytes, fault } = await this.#worker.request("filePart", { ...of, ...ask }, wait);
      parts.push(bytes);
      offset += bytes.length;
      if (fault || bytes.length < ask.length) return { bytes: joined(parts), fault };
    }
    return { bytes: joined(parts), fault: null };
  }

  /**
   * @param {Of & { node: NodeId, letters: string }} wanted
   * @param {AbortSignal} signal
   * @param {(update: import("../shared/files.js").FileSearchUpdate) => void} onProgress
   */
  search(wanted, signal, onProgress) {
    return this.#worker.request("findFiles", wanted, { signal, onProgress });
  }

  /**
   * Which files of all are hit.
   * @param {Of} of
   * @param {AbortSignal} signal
   * @param {(update: FilesRequests["damagedFiles"]["progress"]) => void} onProgress
   */
  damaged(of, signal, onProgress) {
    return this.#worker.request("damagedFiles", { ...of }, { signal, onProgress });
  }

  /**
   * What was deleted and is still told of.
   * @param {Of} of
   * @param {AbortSignal} signal
   * @param {(update: FilesRequests["deletedFiles"]["progress"]) => void} onProgress
   */
  deleted(of, signal, onProgress) {
    return this.#worker.request("deletedFiles", { ...of }, { signal, onProgress });
  }

  /** Lets go of the oldest. */
  #drop() {
    let entries = [...this.#folders.values()].reduce((sum, each) => sum + each.entries.length, 0);
    for (const [key, listing] of this.#folders) {
      if (entries <= ENTRIES_KEPT || this.#folders.size === 1) break;
      this.#folders.delete(key);
      entries -= listing.entries.length;
    }
  }
}

/**
 * @param {FileName} one
 * @param {FileName} other
 */
export function isSameName(one, other) {
  if (one.text !== other.text || (one.bytes === null) !== (other.bytes === null)) return false;
  const [bytes, others] = [one.bytes ?? [], other.bytes ?? []];
  return bytes.length === others.length && bytes.every((byte, at) => byte === others[at]);
}

/** @param {Of} of */
function keyOf({ archive, volume: { deviceId, area, logical } }) {
  return `${archive} ${deviceId} ${area} ${logical}`;
}

/** @param {readonly Uint8Array<ArrayBuffer>[]} parts */
function joined(parts) {
  const [first, second] = parts;
  if (first && !second) return first;
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
