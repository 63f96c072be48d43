/** Threads that unpack ahead of the Worker, for as long as there is something to unpack. */
import { ownFile } from "../../shared/own-file.js";
import { memoryOf, STATE, Table } from "./table.js";

/** @typedef {import("../../core/vma_inspector.js").Archive} Archive */
/** @typedef {import("../../core/vma_inspector.js").Hands} CoreHands */
/** @typedef {import("../../shared/messages.js").FromWorker} FromWorker */

const KIB = 1024;
/** Threads at most; one core is the Worker's own. */
const COUNT_MAX = 8;
/** What is taken for lost with its thread if it is not done by then. It is done here then. */
const LOST_AFTER_MS = 10_000;
/** Tasks that the core hands out at once, and bytes of the largest and of what comes of it. */
const SIZES = {
  // Two batches for each thread and the Worker; eight blocks of 128 KiB, and what they are made of.
  zstd: { places: (/** @type {number} */ count) => 2 * (count + 1), room: 4400 * KIB },
  // Eight blocks for each thread to be read, and as many to be compared.
  lzop: { places: (/** @type {number} */ count) => 16 * count, room: 320 * KIB },
};

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
  const { container } = archive.overview();
  const count = Math.min(navigator.hardwareConcurrency - 1, COUNT_MAX);
  if (count < 1 || current || (container !== "zstd" && container !== "lzop")) return null;
  current = new Hands(container, count);
  archive.workAhead(current);
  self.postMessage(/** @type {FromWorker} */ ({ id: null, kind: "hands", count }));
  return current;
}

/**
 * Has a thread work that the page has started.
 * @param {MessagePort} port where it hears
 */
export async function join(port) {
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
  #table;
  #memory;
  /** The place of each task that is asked for later, by its number. @type {Map<number, number>} */
  #places = new Map();
  #begun = 0;
  #hasEnded = false;

  /**
   * @param {keyof typeof SIZES} container
   * @param {number} count
   */
  constructor(container, count) {
    const { places, room } = SIZES[container];
    this.#count = count;
    this.#memory = memoryOf(places(count), room);
    this.#table = new Table(this.#memory, places(count));
  }

  /** How many there are. */
  get count() {
    return this.#hasEnded ? 0 : this.#count;
  }

  /**
   * Has a thread work.
   * @param {MessagePort} port where it hears
   * @param {WebAssembly.Module} compiled what it works with
   */
  join(port, compiled) {
    const message = { module: compiled, memory: this.#memory, places: this.#table.places };
    port.postMessage(/** @type {import("../../shared/messages.js").ToHand} */ (message));
  }

  /**
   * @param {Uint8Array} task
   * @returns {number}
   */
  begin(task) {
    const number = this.#begun;
    this.#begun += 1;
    const table = this.#table;
    for (let place = 0; place < table.places && !this.#hasEnded; place += 1) {
      if (table.state(place) !== STATE.FREE) continue;
      if (task.length > table.room) break;
      table.bytes(place, task.length).set(task);
      table.offer(place, task.length, number);
      this.#places.set(number, place);
      break;
    }
    return number;
  }

  /**
   * @param {number} number
   * @returns {Uint8Array | undefined}
   */
  take(number) {
    const place = this.#places.get(number);
    if (place === undefined) return undefined;
    this.#places.delete(number);
    const table = this.#table;
    // What nobody has begun is done here, as fast as by anybody.
    if (table.change(place, STATE.WAITS, STATE.FREE)) return undefined;
    table.wait(place, STATE.BEGUN, LOST_AFTER_MS);
    if (table.change(place, STATE.BEGUN, STATE.FORGOTTEN)) return undefined;
    const length = table.length(place);
    table.change(place, STATE.DONE, STATE.FREE);
    return length > 0 ? table.bytes(place, length) : undefined;
  }

  /** @param {number} number */
  forget(number) {
    const place = this.#places.get(number);
    if (place === undefined) return;
    this.#places.delete(number);
    const table = this.#table;
    if (table.change(place, STATE.WAITS, STATE.FREE)) return;
    if (table.change(place, STATE.BEGUN, STATE.FORGOTTEN)) return;
    table.change(place, STATE.DONE, STATE.FREE);
  }

  /** Ends the threads. What is handed out from now on is done by whoever asks. */
  end() {
    this.#hasEnded = true;
    this.#table.end();
    if (current === this) current = null;
  }
}
