/**
 * Where a file goes while it is made, in the Worker. Bytes come from front to
 * back, or each with its place where a sink takes that. What was written
 * counts only once it is committed; until then nothing looks complete.
 */
import { failure, RemoteError } from "../../shared/failure.js";
import { holding } from "../../shared/holding.js";
import { STAGED_FOLDER } from "../../shared/stored.js";
import { Pulls } from "./pulls.js";
import { addZeros } from "./slices.js";

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {import("../../shared/messages.js").SinkOrder} SinkOrder */
/** @typedef {import("../../shared/messages.js").FromImage} FromImage */
/** @typedef {import("../buffers.js").GiveBack} GiveBack */
/**
 * @typedef {object} Sink
 * @property {(offset: number, bytes: Bytes, giveBack?: GiveBack) => Promise<unknown>} write
 *   what it is given is gone, unless it is given back
 * @property {(size: number) => Promise<Blob | null>} commit the file is whole, with so many bytes
 * @property {(error: import("../../shared/messages.js").Failure) => Promise<unknown>} discard
 * @property {() => Promise<Blob | null>} [copy] what was committed, where it can be read again
 */

/** Writes into a picked file that are under way at once. */
const WRITES_AT_ONCE = 2;

/**
 * @param {SinkOrder} order
 * @param {AbortSignal} signal
 * @returns {Promise<Sink>}
 */
export async function openSink(order, signal) {
  switch (order.kind) {
    case "port":
      return new PortSink(order.port, signal);
    case "file":
      return FileSink.open(order.handle, order.isNew);
    case "stage":
      return StageSink.open(order.name);
    case "blob":
      return new BlobSink();
  }
}

/** The Service Worker at the other end of a port, which pulls chunk by chunk. */
class PortSink {
  #port;
  #pulls;

  /**
   * @param {MessagePort} port
   * @param {AbortSignal} signal
   */
  constructor(port, signal) {
    this.#port = port;
    this.#pulls = new Pulls(port, signal);
  }

  /**
   * @param {number} _offset
   * @param {Bytes} bytes
   */
  async write(_offset, bytes) {
    await this.#pulls.next();
    this.#post({ kind: "chunk", bytes }, [bytes.buffer]);
  }

  async commit() {
    this.#post({ kind: "end" });
    this.#pulls.stop();
    return null;
  }

  /** @param {import("../../shared/messages.js").Failure} told */
  async discard(told) {
    this.#post({ kind: "failed", failure: told });
    this.#pulls.stop();
  }

  /**
   * @param {FromImage} message
   * @param {Transferable[]} [transfer]
   */
  #post(message, transfer = []) {
    this.#port.postMessage(message, transfer);
  }
}

/** A file that the person picked. The browser writes beside it until the end. */
class FileSink {
  #handle;
  #isNew;
  #writable;
  /** @type {Promise<void>[]} writes under way, so that making goes on meanwhile */
  #writes = [];
  /** @type {unknown} why one of them failed */
  #failed = null;

  /**
   * @param {FileSystemFileHandle} handle
   * @param {boolean} isNew whether the file is there only for this
   * @param {FileSystemWritableFileStream} writable
   */
  constructor(handle, isNew, writable) {
    this.#handle = handle;
    this.#isNew = isNew;
    this.#writable = writable;
  }

  /**
   * @param {FileSystemFileHandle} handle
   * @param {boolean} isNew
   */
  static async open(handle, isNew) {
    const writable = await holding(handle, () => handle.createWritable()).catch(asFailure);
    return new FileSink(handle, isNew, writable);
  }

  /**
   * @param {number} offset
   * @param {Bytes} bytes
   * @param {GiveBack} [giveBack]
   */
  async write(offset, bytes, giveBack) {
    const write = this.#writable.write({ type: "write", position: offset, data: bytes });
    this.#writes.push(
      write.then(
        () => giveBack?.(bytes.buffer),
        (error) => {
          this.#failed ??= error;
        },
      ),
    );
    await this.#settle(WRITES_AT_ONCE);
  }

  /**
   * Waits until no more than so many writes are under way.
   * @param {number} most
   */
  async #settle(most) {
    while (this.#writes.length > most) await this.#writes.shift();
    if (this.#failed) asFailure(this.#failed);
  }

  /** @param {number} size */
  async commit(size) {
    await this.#settle(0);
    await holding(this.#writable, async (writable) => {
      await writable.truncate(size);
      await writable.close();
    }).catch(asFailure);
    return null;
  }

  copy() {
    return holding(this.#handle, (handle) => handle.getFile());
  }

  async discard() {
    await holding(this.#writable, (writable) => writable.abort()).catch(ignore);
    // An empty file with the name of a disk would be mistaken for one.
    const handle = /** @type {{ remove?: () => Promise<void> }} */ (
      /** @type {unknown} */ (this.#handle)
    );
    if (this.#isNew) await handle.remove?.().catch(ignore);
  }
}

/** A file in the browser's private file system, to be downloaded when it is whole. */
class StageSink {
  #folder;
  #file;
  #access;

  /**
   * @param {FileSystemDirectoryHandle} folder
   * @param {FileSystemFileHandle} file
   * @param {FileSystemSyncAccessHandle} access
   */
  constructor(folder, file, access) {
    this.#folder = folder;
    this.#file = file;
    this.#access = access;
  }

  /** @param {string} name */
  static async open(name) {
    try {
      const root = await navigator.storage.getDirectory();
      const folder = await holding(root, () =>
        root.getDirectoryHandle(STAGED_FOLDER, { create: true }),
      );
      const file = await holding(folder, () => folder.getFileHandle(name, { create: true }));
      const access = await holding(file, () => file.createSyncAccessHandle());
      access.truncate(0);
      return new StageSink(folder, file, access);
    } catch (error) {
      return asFailure(error);
    }
  }

  /**
   * @param {number} offset
   * @param {Bytes} bytes
   * @param {GiveBack} [giveBack]
   */
  async write(offset, bytes, giveBack) {
    let written = 0;
    try {
      written = this.#access.write(bytes, { at: offset });
    } catch (error) {
      asFailure(error);
    }
    if (written < bytes.length) throw new RemoteError(failure("no-space", "a short write"));
    giveBack?.(bytes.buffer);
  }

  /** @param {number} size */
  async commit(size) {
    try {
      this.#access.truncate(size);
      this.#access.close();
      return await this.copy();
    } catch (error) {
      return asFailure(error);
    }
  }

  copy() {
    return holding(this.#file, (file) => file.getFile());
  }

  async discard() {
    this.#access.close();
    const { name } = this.#file;
    await holding(this.#folder, (folder) => folder.removeEntry(name)).catch(ignore);
  }
}

/** A `Blob` that the browser holds until it is downloaded. Nothing of it is stored. */
export class BlobSink {
  /** @type {{ offset: number, blob: Blob }[]} of which none lie over each other */
  #parts = [];
  #end = 0;
  /** @type {Blob | null} */
  #whole = null;

  /**
   * @param {number} offset
   * @param {Bytes | Blob} bytes
   * @param {GiveBack} [giveBack]
   */
  async write(offset, bytes, giveBack) {
    const blob = new Blob([bytes]);
    const end = offset + blob.size;
    // What was there before is written over.
    if (offset < this.#end) this.#parts = this.#parts.flatMap((part) => cut(part, offset, end));
    this.#parts.push({ offset, blob });
    this.#end = Math.max(this.#end, end);
    if (!(bytes instanceof Blob)) giveBack?.(bytes.buffer);
  }

  /** @param {number} size */
  async commit(size) {
    /** @type {Blob[]} */
    const blobs = [];
    let at = 0;
    for (const { offset, blob } of this.#parts.sort((a, b) => a.offset - b.offset)) {
      addZeros(blobs, offset - at);
      blobs.push(blob);
      at = offset + blob.size;
    }
    addZeros(blobs, size - at);
    this.#whole = new Blob(blobs).slice(0, size);
    return this.#whole;
  }

  async copy() {
    return this.#whole;
  }

  async discard() {
    this.#parts = [];
  }
}

/**
 * What is left of a part around a range.
 * @param {{ offset: number, blob: Blob }} part
 * @param {number} from
 * @param {number} to
 */
function cut(part, from, to) {
  const { offset, blob } = part;
  const end = offset + blob.size;
  if (end <= from || offset >= to) return [part];
  return [
    { offset, blob: blob.slice(0, Math.max(0, from - offset)) },
    { offset: to, blob: blob.slice(Math.max(0, to - offset)) },
  ].filter((rest) => rest.blob.size > 0);
}

/**
 * What the browser says of a file, in the page's codes.
 * @param {unknown} error
 * @returns {never}
 */
function asFailure(error) {
  const name = error instanceof DOMException ? error.name : "";
  const codes = /** @type {Record<string, string>} */ ({
    QuotaExceededError: "no-space",
    NotAllowedError: "writing-refused",
    NoModificationAllowedError: "writing-refused",
    NotFoundError: "target-gone",
  });
  throw new RemoteError(failure(codes[name] ?? "save-broken", String(error)));
}

function ignore() {}
