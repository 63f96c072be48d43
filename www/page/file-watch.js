/** Whether the file that is open is still there, and the same. */
import { SOURCE_GONE } from "../shared/codes.js";
import { failure } from "../shared/failure.js";
import { holding } from "../shared/holding.js";
import { handleOf, keepHandle } from "./handles.js";

/** @typedef {import("../shared/messages.js").Failure} Failure */
/** @typedef {import("./model.js").PageEvent} PageEvent */
/** @typedef {import("./model.js").Send} Send */

/** How often it is looked at while the page is seen: one byte at each end. */
const LOOK_EVERY_MS = 10_000;

export class FileWatch {
  #send;
  #state;
  /** @type {File | null} the one that was chosen last, on this computer */
  #chosen = null;
  /** @type {File | null} the one that is open */
  #file = null;
  /** When it was last found to be what the page says of it. */
  #scannedAt = 0;
  #isLooking = false;

  /**
   * @param {Send} send
   * @param {() => import("./model.js").State} state
   */
  constructor(send, state) {
    this.#send = send;
    this.#state = state;
    addEventListener("focus", () => this.look());
    setInterval(() => document.hidden || this.look(), LOOK_EVERY_MS);
  }

  /** @param {PageEvent} event */
  handle(event) {
    switch (event.type) {
      case "file-chosen":
        this.#chosen = event.file instanceof File ? event.file : null;
        break;
      case "opened":
        this.#file = this.#chosen;
        break;
      case "scan-finished":
        this.#scannedAt = event.update.scannedAt ?? Date.now();
        break;
      case "reopen-wanted":
        this.#reopen();
    }
  }

  /**
   * What could not be read: one bad place of a disk is none of this.
   * @param {Failure} told
   */
  failed({ code }) {
    if (SOURCE_GONE.has(code)) this.look();
  }

  async look() {
    const { archive } = this.#state();
    const file = this.#file;
    if (!archive || !file || archive.gone || this.#isLooking) return;
    this.#isLooking = true;
    const why = await faultOf(file);
    this.#isLooking = false;
    if (why === null) return;
    const { id } = archive;
    this.#send({ type: "file-gone", archive: id, failure: why, scannedAt: this.#scannedAt });
  }

  /** A scan that was finished may be remembered, and one that was not can go on. */
  async #reopen() {
    const { archive } = this.#state();
    const file = this.#file;
    if (!archive || !file) return;
    if ((await faultOf(file)) !== null) return this.#chooseAgain(file);
    if (archive.scan.phase === "kept") return this.#send({ type: "file-chosen", file });
    this.#send({ type: "file-back", archive: archive.id });
    if (archive.scan.phase === "failed") this.#send({ type: "scan-continue-wanted" });
  }

  /**
   * What is at its place now, where the browser gives that; otherwise a person shows it.
   * @param {File} former
   */
  async #chooseAgain(former) {
    const handle = await handleOf(former);
    const file = handle && (await holding(handle, () => handle.getFile()).catch(() => null));
    if (!handle || !file) return document.getElementById("file-input")?.click();
    keepHandle(file, Promise.resolve(handle));
    this.#send({ type: "file-chosen", file });
  }
}

/**
 * Why a file cannot be read any more as it was when it was chosen; null if it can.
 * @param {File} file
 * @returns {Promise<Failure | null>}
 */
async function faultOf(file) {
  try {
    for (const at of [0, file.size - 1]) {
      const { byteLength } = await file.slice(at, at + 1).arrayBuffer();
      if (byteLength !== 1) return failure("source-shrank", `nothing at byte ${at}`);
    }
    return null;
  } catch (error) {
    return failure("source-unreadable", String(error));
  }
}
