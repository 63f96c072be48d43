/** Remembers which files were opened last, if a person wants that, and opens them again. */
import { failure } from "../../shared/failure.js";
import { holding } from "../../shared/holding.js";
import { answer } from "../../words/answer.js";
import { eventOf } from "../backup-files.js";
import { handleOf, keepHandle } from "../handles.js";
import { changeKept } from "./store.js";

/** @typedef {import("../model.js").PageEvent} PageEvent */
/** @typedef {import("../model.js").Send} Send */
/** @typedef {import("./store.js").Kept} Kept */

export class Recent {
  #send;
  #state;
  /** @type {File | null} the one that was chosen last */
  #chosen = null;
  /** Key of the one that is open. */
  #open = "";
  /** @type {readonly Kept[]} */
  #kept = [];

  /**
   * @param {Send} send
   * @param {() => import("../model.js").State} state
   */
  constructor(send, state) {
    this.#send = send;
    this.#state = state;
    this.#change((kept) => kept);
    pickWithHandles(() => this.#isWanted, send);
  }

  get #isWanted() {
    const { recent, keeping } = this.#state();
    return recent.wanted && keeping.wanted;
  }

  /**
   * @param {PageEvent} event
   * @param {import("../model.js").State} state as the event left it
   */
  handle(event, state) {
    if (event.type === "recent-chosen") this.#reopen(event.key);
    if (event.type === "file-chosen") this.#chosen = event.file instanceof File ? event.file : null;
    if (!this.#isWanted) return;
    if (event.type === "opened" && this.#chosen) this.#opened(this.#chosen);
    if (event.type === "trust-arrived") this.#judged(state);
  }

  /** @param {File} file */
  async #opened(file) {
    const { name, size, lastModified } = file;
    const key = JSON.stringify([name, size, lastModified]);
    this.#open = key;
    const handle = await handleOf(file);
    this.#change((kept) => {
      const before = kept.find((each) => each.key === key);
      const now = { key, name, size, openedAt: Date.now() };
      const entry = {
        ...now,
        verdict: before?.verdict ?? null,
        handle: handle ?? before?.handle ?? null,
      };
      return [entry, ...kept.filter((each) => each.key !== key)];
    });
  }

  /**
   * What only was remembered, or could not be read to the end, changes no verdict.
   * @param {import("../model.js").State} state
   */
  #judged({ archive }) {
    if (!archive || archive.scan.phase !== "done" || archive.gone) return;
    const answered = answer(archive);
    if (!answered) return;
    const key = this.#open;
    const verdict = { tone: answered.tone, at: Date.now() };
    this.#change((kept) => kept.map((each) => (each.key === key ? { ...each, verdict } : each)));
  }

  /** @param {(kept: readonly Kept[]) => readonly Kept[]} change */
  async #change(change) {
    try {
      this.#kept = await changeKept(change, () => this.#isWanted);
      this.#send({ type: "recent-listed", list: this.#kept.map(shown) });
    } catch {
      // Where a browser keeps nothing, nothing is remembered.
    }
  }

  /** @param {string} key */
  async #reopen(key) {
    const handle = this.#kept.find((each) => each.key === key)?.handle;
    if (!handle) return;
    try {
      // Only now, with the click still fresh, may a browser ask.
      const asked = /** @type {any} */ (handle).requestPermission?.({ mode: "read" });
      if (((await asked) ?? "granted") !== "granted") return;
      const file = await holding(handle, () => handle.getFile());
      keepHandle(file, Promise.resolve(handle));
      this.#send({ type: "file-chosen", file });
    } catch (error) {
      const told = failure("source-unreadable", String(error));
      this.#send({ type: "drop-refused", failure: told });
    }
  }
}

/**
 * @param {Kept} kept
 * @returns {import("../recent-model.js").RecentFile}
 */
function shown({ key, name, size, openedAt, verdict, handle }) {
  return { key, name, size, openedAt, verdict, canOpen: handle !== null };
}

/**
 * Has files be chosen by the browser's picker that gives handles, where there is one.
 * @param {() => boolean} isWanted
 * @param {Send} send
 */
function pickWithHandles(isWanted, send) {
  const { showOpenFilePicker: pick } = /** @type {any} */ (globalThis);
  if (!pick) return;
  document.getElementById("file-input")?.addEventListener("click", async (event) => {
    if (!isWanted()) return;
    event.preventDefault();
    try {
      const handles = /** @type {FileSystemFileHandle[]} */ (
        await pick.call(globalThis, { multiple: true })
      );
      const files = await Promise.all(handles.map((each) => holding(each, () => each.getFile())));
      for (const [at, file] of files.entries()) {
        keepHandle(file, Promise.resolve(handles[at] ?? null));
      }
      if (files.length > 0) send(eventOf(files));
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      send({ type: "drop-refused", failure: failure("source-unreadable", String(error)) });
    }
  });
}
