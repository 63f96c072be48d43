/** The file systems of one archive that are open. */
import { isBrokenModule } from "../../shared/codes.js";
import { failure, failureOf, RemoteError } from "../../shared/failure.js";
import { openDisk } from "../disk-reader.js";
import { Asking } from "./asking.js";

/** @typedef {import("../../shared/files.js").OpenedVolume} OpenedVolume */
/** @typedef {import("../../shared/files.js").VolumePlace} VolumePlace */
/** @typedef {import("./asking.js").Asker} Asker */
/** @typedef {import("./open.js").Holder} Holder */
/** @typedef {import("./open.js").Open} Open */

/** As many stay open while nobody uses them: each keeps up to 32 MiB. */
const OPEN_MAX = 4;

export class Volumes {
  /** The one that was used last at the end. @type {Map<string, Open>} */
  #open = new Map();
  #scans = 0;

  /** Whether a scan goes on, which nothing is to disturb. */
  get isScanning() {
    return this.#scans > 0;
  }

  /** What was read before may be known better soon. */
  scanBegins() {
    this.#scans += 1;
    this.forget();
  }

  scanEnds() {
    this.#scans -= 1;
    this.forget();
  }

  /** Something else is known of the disks than before: all are opened anew. */
  forget() {
    for (const key of [...this.#open.keys()]) this.#leave(key);
  }

  /**
   * Works on an open file system, for as long as one request lasts.
   * @template Value
   * @param {Holder} holder
   * @param {VolumePlace} place
   * @param {Asker} asker
   * @param {(asking: Asking, opened: OpenedVolume) => Value | Promise<Value>} work
   * @returns {Promise<Value>}
   */
  async use(holder, place, asker, work) {
    const key = keyOf(place);
    const open = await this.#take(holder, place, asker.pause);
    open.users += 1;
    try {
      const asking = new Asking(holder, open, asker);
      open.opened ??= await asking.ask((volume) => volume.open());
      return await work(asking, open.opened);
    } catch (error) {
      // Nothing is left of an instance that broke.
      const isBroken = isBrokenModule(failureOf(error).code);
      if ((isBroken || !open.opened) && this.#open.get(key) === open) this.#open.delete(key);
      throw error;
    } finally {
      open.users -= 1;
      // While a scan goes on, the next request sees more.
      if (this.isScanning && this.#open.get(key) === open) this.#open.delete(key);
      if (this.#open.get(key) !== open && open.users === 0) open.volume.free();
      this.#shrink();
    }
  }

  /**
   * @param {Holder} holder
   * @param {VolumePlace} place
   * @param {() => Promise<void>} pause
   * @returns {Promise<Open>}
   */
  async #take(holder, place, pause) {
    const key = keyOf(place);
    this.#dropBroken(key);
    const known = this.#open.get(key);
    if (known) {
      this.#open.delete(key);
      this.#open.set(key, known);
      return known;
    }
    const volume = await openDisk(holder.archive, place, pause);
    if (!volume) throw new RemoteError(failure("file-not-found", `disk ${place.deviceId}`));
    const meanwhile = this.#open.get(key);
    if (meanwhile) {
      volume.free();
      return meanwhile;
    }
    const open = { volume, opened: null, users: 0, turns: { tail: Promise.resolve() } };
    this.#open.set(key, open);
    return open;
  }

  /**
   * The instance may have broken at another one's question.
   * @param {string} key
   */
  #dropBroken(key) {
    try {
      this.#open.get(key)?.volume.distance();
    } catch (error) {
      if (!isBrokenModule(failureOf(error).code)) throw error;
      this.#open.delete(key);
    }
  }

  #shrink() {
    for (const [key, { users }] of [...this.#open]) {
      if (this.#open.size <= OPEN_MAX) return;
      if (users === 0) this.#leave(key);
    }
  }

  /** @param {string} key */
  #leave(key) {
    const open = this.#open.get(key);
    this.#open.delete(key);
    if (open?.users === 0) open.volume.free();
  }
}

/** @param {VolumePlace} place */
function keyOf({ deviceId, area, logical }) {
  return `${deviceId} ${area} ${logical ?? "-"}`;
}
