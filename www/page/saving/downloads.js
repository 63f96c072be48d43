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
/** A browser that has not asked for a download by then never will: otherwise it waits for ever. */
const ASKED_WITHIN_MS = 60_000;
/** Frames that stay behind their downloads; that of an older one has long done its work. */
const FRAMES_KEPT = 32;

export class Downloads {
  #registration;
  /** @type {Map<string, { control: MessagePort, onMessage: Order["onMessage"] }>} */
  #saves = new Map();
  /** The latest last. @type {HTMLIFrameElement[]} */
  #frames = [];
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #pinging;

  /** @param {ServiceWorkerRegistration} registration with an active worker */
  constructor(registration) {
    this.#registration = registration;
    navigator.serviceWorker.addEventListener("message", ({ data }) => {
      const { ids } = /** @type {import("../../shared/messages.js").FromServiceWorker} */ (data);
      const stopped = failure("save-broken", "the browser stopped the Service Worker");
      for (const id of ids) this.#hear(id, { kind: "failed", failure: stopped });
    });
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
      if (message.kind === "registered") this.#ask(id, address);
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
   * A frame that goes to the address starts a download, and stays empty. If the page went
   * there itself, Firefox would end all that it and its Workers are loading, and never load
   * a module again that it has ended (153; Chromium 156 does neither). The frame stays when
   * all was handed over: both may make a download of what came only after that, and without
   * its frame there is none, and no word of it.
   * @param {string} id
   * @param {string} address
   */
  #ask(id, address) {
    const save = this.#saves.get(id);
    if (!save) return;
    const { control } = save;
    const frame = document.createElement("iframe");
    frame.hidden = true;
    const never = failure("save-broken", "the browser did not begin the download");
    const timer = setTimeout(() => this.cancel(id, never), ASKED_WITHIN_MS);
    control.addEventListener("message", () => clearTimeout(timer), { once: true });
    frame.src = address;
    document.body.append(frame);
    this.#frames.push(frame);
    if (this.#frames.length > FRAMES_KEPT) this.#frames.shift()?.remove();
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

/** @param {FromSave} message */
function isLast({ kind }) {
  return kind === "done" || kind === "failed" || kind === "cancelled-by-browser";
}
