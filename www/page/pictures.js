/** Asks the Worker for what pictures of disks and of the archive are drawn from. */

/** @typedef {import("./model.js").PageEvent} PageEvent */
/** @typedef {Extract<PageEvent, { type: "cells-wanted" }>} Wanted */
/**
 * @typedef {object} Line of one picture: what goes on, and what comes next
 * @property {Wanted | null} running
 * @property {Wanted | null} next
 * @property {ReturnType<typeof setTimeout> | undefined} rest until the same may be asked again
 */

/** While a scan goes on, the same part of a picture is asked for anew not more often. */
const AGAIN_AFTER_MS = 250;
/** And takes a small part of the Worker's time; but no picture is older than this. */
const SHARE = 1 / 10;
const AGAIN_AT_LAST_MS = 2000;

export class Pictures {
  #worker;
  #send;
  /** By device; 0 is the file. @type {Map<number, Line>} */
  #lines = new Map();
  #isScanning = true;

  /**
   * @param {Pick<import("./worker-client.js").WorkerClient, "request">} worker
   * @param {import("./model.js").Send} send
   */
  constructor(worker, send) {
    this.#worker = worker;
    this.#send = send;
  }

  /** @param {PageEvent} event */
  handle(event) {
    switch (event.type) {
      case "cells-wanted":
        return this.#want(event);
      case "opened":
      case "worker-ended":
        return this.#forget();
      case "scan-started":
        this.#isScanning = true;
        return;
      case "scan-finished":
      case "scan-stopped":
      case "scan-failed":
        return this.#rested();
    }
  }

  /** @param {Wanted} wanted */
  #want(wanted) {
    const key = wanted.deviceId ?? 0;
    const line = this.#lines.get(key) ?? { running: null, next: null, rest: undefined };
    this.#lines.set(key, line);
    line.next = wanted;
    if (line.running && !isSamePart(line.running, wanted)) this.#restNoMore(line);
    if (!line.running) this.#run(line);
  }

  /** @param {Line} line */
  async #run(line) {
    const wanted = line.next;
    if (!wanted) return;
    line.running = wanted;
    line.next = null;
    const began = performance.now();
    await this.#ask(wanted);
    // What is known at last is seen at once, however long it took while the scan went on.
    if (!this.#isScanning) return this.#next(line);
    const took = performance.now() - began;
    const rest = Math.min(AGAIN_AT_LAST_MS, Math.max(AGAIN_AFTER_MS, took / SHARE));
    line.rest = setTimeout(() => this.#restNoMore(line), rest);
    // Another part was asked for meanwhile.
    if (line.next && !isSamePart(line.next, wanted)) this.#restNoMore(line);
  }

  /** @param {Line} line */
  #restNoMore(line) {
    if (line.rest === undefined) return;
    clearTimeout(line.rest);
    line.rest = undefined;
    this.#next(line);
  }

  /** @param {Line} line */
  #next(line) {
    line.running = null;
    this.#run(line);
  }

  /** The Worker has nothing else to do any more. */
  #rested() {
    this.#isScanning = false;
    for (const line of this.#lines.values()) this.#restNoMore(line);
  }

  /** @param {Wanted} wanted */
  async #ask({ archive, deviceId, from, to, cells }) {
    const part = { archive, from, to, cells };
    try {
      if (deviceId === null) {
        const picture = await this.#worker.request("fileCells", part);
        this.#send({ type: "file-cells-arrived", archive, picture });
        return;
      }
      const picture = await this.#worker.request("diskCells", { ...part, deviceId });
      if (picture) this.#send({ type: "disk-cells-arrived", archive, deviceId, picture });
    } catch {
      // The archive was closed, or the Worker died, which is told elsewhere.
    }
  }

  #forget() {
    for (const { rest } of this.#lines.values()) clearTimeout(rest);
    this.#lines.clear();
    this.#isScanning = true;
  }
}

/**
 * @param {Wanted} one
 * @param {Wanted} other
 */
function isSamePart(one, other) {
  return (
    one.archive === other.archive &&
    one.from === other.from &&
    one.to === other.to &&
    one.cells === other.cells
  );
}
