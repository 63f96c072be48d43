/** Threads that unpack ahead of the Worker, for as long as there is something to unpack. */
import { memoryOf, STATE, Table } from "./table.js";

/** @typedef {import("../../core/vma_inspector.js").Archive} Archive */
/** @typedef {import("../../core/vma_inspector.js").Hands} CoreHands */
/** @typedef {import("../../shared/messages.js").FromWorker} FromWorker */

const KIB = 1024;
/** Threads at most; one core is the Worker's own. */
const COUNT_MAX = 8;
/**
 * Of each container that can be unpacked so, the tasks for each thread that the core hands
 * out at once, and the bytes of the largest, and of what comes of one, at most.
 * @type {Record<string, { tasks: number, room: number }>}
 */
export const PLACES = {
  // Blocks of 256 KiB: eight to be read, and eight to be compared.
  lzop: { tasks: 16, room: 320 * KIB },
  // Blocks of 900 kB. One that comes to more is unpacked here.
  bzip2: { tasks: 4, room: 1280 * KIB },
};
/** What is taken for lost with its thread if it is not done by then. It is done here then. */
const LOST_AFTER_MS = 10_000;

/** Those who work now: for one archive at a time. @type {Hands | null} */
let current = null;
/** @type {Promise<WebAssembly.Module> | null} */
let module = null;

/**
 * Has threads unpack ahead of an archive's scan, where there are cores for that and a
 * container that can be unpacked so. The page starts them; until they are there, the Worker
 * does it all.
 * @param {Archive} archive
 * @returns {Hands | null} to be ended with the scan
 */
export function handsFor(archive) {
  const count = Math.min(navigator.hardwareConcurrency - 1, COUNT_MAX);
  const places = PLACES[archive.overview().container ?? ""];
  if (count < 1 || current || !places) return null;
  current = new Hands(count, places);
  archive.workAhead(current);
  self.postMessage(/** @type {FromWorker} */ ({ id: null, kind: "hands", count }));
  return current;
}

/**
 * Has a thread work that the page has started.
 * @param {MessagePort} port where it hears
 * @param {typeof import("../../shared/own-file.js").ownFile} ownFile of the Worker
 */
export async function join(port, ownFile) {
  const address = new URL("../../core/vma_inspector_ahead_bg.wasm", import.meta.url);
  module ??= ownFile(address).then((bytes) => WebAssembly.compile(bytes));
  const compiled = await module;
  current?.join(port, compiled);
}

/**
 * Those who work for one archive.
 * @implements {CoreHands}
 */
export class Hands {
  #count;
  /** Null when all is over. @type {SharedArrayBuffer | null} */
  #memory;
  /** @type {Table | null} */
  #table;
  /** The place of each task that is asked for later, by its number. @type {Map<number, number>} */
  #places = new Map();
  #begun = 0;

  /**
   * @param {number} count
   * @param {typeof PLACES[string]} each what each has
   */
  constructor(count, { tasks, room }) {
    this.#count = count;
    const places = count * tasks;
    this.#memory = memoryOf(places, room);
    this.#table = new Table(this.#memory, places);
  }

  /** How many there are. */
  get count() {
    return this.#table ? this.#count : 0;
  }

  /**
   * Has a thread work.
   * @param {MessagePort} port where it hears
   * @param {WebAssembly.Module} compiled what it works with
   */
  join(port, compiled) {
    if (!this.#memory || !this.#table) return;
    const message = { module: compiled, memory: this.#memory, places: this.#table.places };
    port.postMessage(/** @type {import("./table.js").ToHand} */ (message));
  }

  /**
   * @param {Uint8Array} task
   * @returns {number}
   */
  begin(task) {
    const number = this.#begun;
    this.#begun += 1;
    const place = this.#table && task.length <= this.#table.room ? this.#table.free() : -1;
    if (this.#table && place >= 0) {
      this.#table.bytes(place, task.length).set(task);
      this.#table.offer(place, task.length, number);
      this.#places.set(number, place);
    }
    return number;
  }

  /**
   * A task that nobody has begun, to be taken and done while a thread is at another.
   * @param {number} number of the other
   * @returns {number | undefined} none if that is not under way, or none waits
   */
  meanwhile(number) {
    const place = this.#places.get(number);
    const table = this.#table;
    if (!table || place === undefined) return undefined;
    if (table.state(place) !== STATE.BEGUN) return undefined;
    const longest = table.longest();
    return longest < 0 ? undefined : table.before(longest);
  }

  /**
   * What came of a task, or the task, if nobody has begun it.
   * @param {number} number
   * @returns {Uint8Array | undefined} to be read before anything else is asked of this
   */
  take(number) {
    const place = this.#placeOf(number);
    const table = this.#table;
    if (!table || place === undefined) return undefined;
    // What nobody has begun is done by who asks, as fast as by anybody.
    const isUntaken = table.change(place, STATE.WAITS, STATE.FREE);
    if (!isUntaken) {
      table.wait(place, STATE.BEGUN, LOST_AFTER_MS);
      if (table.change(place, STATE.BEGUN, STATE.FORGOTTEN)) return undefined;
    }
    const length = table.length(place);
    if (!isUntaken) table.change(place, STATE.DONE, STATE.FREE);
    return length > 0 ? table.bytes(place, length) : undefined;
  }

  /** @param {number} number */
  forget(number) {
    const place = this.#placeOf(number);
    const table = this.#table;
    if (!table || place === undefined) return;
    if (table.change(place, STATE.WAITS, STATE.FREE)) return;
    if (table.change(place, STATE.BEGUN, STATE.FORGOTTEN)) return;
    table.change(place, STATE.DONE, STATE.FREE);
  }

  /**
   * Ends the threads, and lets go of what they share. What is handed out, or will be, is
   * done by whoever asks.
   */
  end() {
    this.#table?.end();
    this.#table = null;
    this.#memory = null;
    this.#places.clear();
    if (current === this) current = null;
  }

  /**
   * The place of a task, which nobody asks for again.
   * @param {number} number
   */
  #placeOf(number) {
    const place = this.#places.get(number);
    this.#places.delete(number);
    return place;
  }
}
