/** Starts downloads in the Service Worker, and follows them. */
import { failure } from "../../shared/failure.js";

/** @typedef {import("../../shared/messages.js").Failure} Failure */
/** @typedef {import("../../shared/messages.js").FromSave} FromSave */
/** @typedef {import("../../shared/messages.js").ToSave} ToSave */
/** @typedef {import("../../shared/messages.js").ToServiceWorker} ToServiceWorker */
/**
 * @typedef {object} Order
 * @property {string} id
 * @property {string} name file name to save under
 * @property {number | null} size null where that shows only at the end
 * @property {MessagePort} image serves the bytes
 * @property {(message: FromSave) => void} onMessage
 */

/**
 * Firefox stops a Service Worker that hears nothing for 30 seconds, and shows
 * the cut file as complete; this often the page learns whether that happened.
 */
const PING_EVERY_MS = 5_000;
/** A browser may ask where to save first; then the next save need not wait. */
const START_PATIENCE_MS = 15_000;
/**
 * No browser says that it has dropped a navigation. What it has not asked for by then is
 * gone to again, so that no save waits for ever for nothing.
 */
const ASKED_WITHIN_MS = 10_000;
const NAVIGATIONS = 3;

export class Downloads {
  #registration;
  /** @type {Map<string, { control: MessagePort, onMessage: Order["onMessage"] }>} */
  #saves = new Map();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #pinging;
  /** One navigation at a time: a second one would cancel the first. */
  #queue = Promise.resolve();
  #navigating = false;

  /** @param {ServiceWorkerRegistration} registration with an active worker */
  constructor(registration) {
    this.#registration = registration;
    navigator.serviceWorker.addEventListener("message", ({ data }) => {
      const { ids } = /** @type {import("../../shared/messages.js").FromServiceWorker} */ (data);
      const stopped = failure("save-broken", "the browser stopped the Service Worker");
      for (const id of ids) this.#hear(id, { kind: "failed", failure: stopped });
    });
  }

  /** Whether the page goes to an address only to start a download. */
  get isNavigating() {
    return this.#navigating;
  }

  /** @param {Order} order */
  start({ id, name, size, image, onMessage }) {
    const channel = new MessageChannel();
    this.#saves.set(id, { control: channel.port1, onMessage });
    this.#pinging ??= setInterval(() => this.#ping(), PING_EVERY_MS);
    // Without the name: a "retry" in the browser's list goes to the server.
    const address = new URL(`../../vma-inspector-save/${id}`, import.meta.url).href;
    channel.port1.onmessage = ({ data }) => {
      const message = /** @type {FromSave} */ (data);
      if (message.kind === "registered") this.#navigate(id, address);
      this.#hear(id, message);
    };
    this.#post({ kind: "save", id, name, size, image, control: channel.port2 }, [
      image,
      channel.port2,
    ]);
  }

  /**
   * Makes the browser see a broken download, not a finished one.
   * @param {string} id
   * @param {Failure} why
   */
  cancel(id, why) {
    const message = /** @type {ToSave} */ ({ kind: "cancel", failure: why });
    this.#saves.get(id)?.control.postMessage(message);
  }

  /** @param {Failure} why */
  cancelAll(why) {
    for (const id of this.#saves.keys()) this.cancel(id, why);
  }

  /**
   * @param {string} id
   * @param {FromSave} message
   */
  #hear(id, message) {
    const save = this.#saves.get(id);
    if (!save) return;
    if (isLast(message)) this.#saves.delete(id);
    if (this.#saves.size === 0) {
      clearInterval(this.#pinging);
      this.#pinging = undefined;
    }
    save.onMessage(message);
  }

  /**
   * Going to the address starts a download; the page itself stays.
   * @param {string} id
   * @param {string} address
   */
  #navigate(id, address) {
    this.#queue = this.#queue.then(async () => {
      if (!this.#saves.has(id)) return;
      const begun = this.#hears(id, isOfItsBytes);
      this.#navigating = true;
      if (!(await this.#isAsked(id, address))) {
        this.cancel(id, failure("save-broken", "the browser did not begin the download"));
      }
      await Promise.race([begun, passed(START_PATIENCE_MS)]);
      this.#navigating = false;
    });
  }

  /**
   * Goes there until the browser asks for it, or it is cancelled.
   * @param {string} id
   * @param {string} address
   */
  async #isAsked(id, address) {
    for (let left = NAVIGATIONS; left > 0 && this.#saves.has(id); left -= 1) {
      const asked = this.#hears(id, ({ kind }) => kind !== "registered");
      location.href = address;
      if (await Promise.race([asked, passed(ASKED_WITHIN_MS)])) return true;
    }
    return false;
  }

  /**
   * True, once such a message comes of a save.
   * @param {string} id
   * @param {(message: FromSave) => boolean} isIt
   * @returns {Promise<boolean>}
   */
  #hears(id, isIt) {
    const control = this.#saves.get(id)?.control;
    return new Promise((resolve) => {
      control?.addEventListener("message", ({ data }) => isIt(data) && resolve(true));
    });
  }

  #ping() {
    this.#post({ kind: "ping", ids: [...this.#saves.keys()] });
  }

  /**
   * @param {ToServiceWorker} message
   * @param {Transferable[]} [transfer]
   */
  #post(message, transfer = []) {
    this.#registration.active?.postMessage(message, transfer);
  }
}

/**
 * False, once so many milliseconds have passed.
 * @param {number} milliseconds
 * @returns {Promise<boolean>}
 */
function passed(milliseconds) {
  return new Promise((resolve) => setTimeout(() => resolve(false), milliseconds));
}

/** @param {FromSave} message */
function isOfItsBytes({ kind }) {
  return kind !== "registered" && kind !== "asked";
}

/** @param {FromSave} message */
function isLast({ kind }) {
  return kind === "done" || kind === "failed" || kind === "cancelled-by-browser";
}
