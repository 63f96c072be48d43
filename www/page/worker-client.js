/**
 * The only module that talks to the Worker. Requests carry ids, so that
 * answers to what was given up are dropped; a Worker that dies is replaced.
 */
import { WORKER_DIED } from "../shared/codes.js";
import { failure, RemoteError } from "../shared/failure.js";
import { startThread } from "./threads.js";

/** @typedef {import("../shared/messages.js").FromHelper} FromHelper */
/** @typedef {import("../shared/messages.js").FromWorker} FromWorker */
/** @typedef {import("../shared/messages.js").Helper} Helper */
/** @typedef {import("../shared/messages.js").Policy} Policy */
/** @typedef {import("../shared/messages.js").RequestKind} RequestKind */
/** @typedef {import("../shared/messages.js").Requests} Requests */
/**
 * @typedef {object} Pending
 * @property {RequestKind} kind
 * @property {boolean} accepted
 * @property {(value: any) => void} resolve
 * @property {(error: Error) => void} reject
 * @property {((value: any) => void) | undefined} onProgress
 */
/**
 * @template {RequestKind} Kind
 * @typedef {object} Options
 * @property {AbortSignal} [signal]
 * @property {(value: Requests[Kind]["progress"]) => void} [onProgress]
 * @property {Transferable[]} [transfer]
 */

/** A Worker that has not even taken up an opening by then hangs in a read. */
const HUNG_AFTER_MS = 8000;

export class WorkerClient {
  /** @type {Worker | null} */
  #worker = null;
  /** @type {Map<number, Pending>} */
  #pending = new Map();
  /** @type {Worker[]} */
  #helpers = [];
  /** @type {Worker[]} */
  #hands = [];
  #lastId = 0;
  #onDied;
  #onChanged;
  #onPolicy;
  #onAsked;
  #onFailed;

  /**
   * @param {object} on
   * @param {(failure: import("../shared/messages.js").Failure) => void} on.died
   * @param {(archive: number) => void} on.changed a kept scan does not fit its file
   * @param {(thread: "worker" | Helper, policy: Policy) => void} on.policy what a thread
   *   finds of its policy
   * @param {(urls: string[]) => void} on.asked what a thread asks of any server
   * @param {(failure: import("../shared/messages.js").Failure) => void} on.failed whatever it was
   *   that was asked for
   */
  constructor({ died, changed, policy, asked, failed }) {
    this.#onAsked = asked;
    this.#onFailed = failed;
    this.#onDied = died;
    this.#onChanged = changed;
    this.#onPolicy = policy;
    this.#worker = this.#start();
  }

  /**
   * @template {RequestKind} Kind
   * @param {Kind} kind
   * @param {Requests[Kind]["ask"]} ask
   * @param {Options<Kind>} [options]
   * @returns {Promise<Requests[Kind]["result"]>}
   */
  request(kind, ask, { signal, onProgress, transfer = [] } = {}) {
    signal?.throwIfAborted();
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { kind, accepted: false, resolve, reject, onProgress });
      signal?.addEventListener("abort", () => this.#cancel(id, signal.reason));
      this.#worker ??= this.#start();
      this.#worker.postMessage({ id, kind, ...ask }, transfer);
      if (kind === "open") setTimeout(() => this.#replaceIfHung(id), HUNG_AFTER_MS);
    });
  }

  #start() {
    // The Worker holds a lock of this name for as long as it lives.
    const name = `vma-inspector-worker-${Date.now()}-${Math.random()}`;
    const worker = startThread("worker", name);
    worker.onmessage = ({ data }) => {
      if (data.kind === "alive") this.#watch(worker, name);
      else if (data.kind === "policy") this.#onPolicy("worker", data.policy);
      else if (data.kind === "asked") this.#onAsked(data.urls);
      else if (data.kind === "hands") this.#handsFor(worker, data.count);
      else if (data.kind === "changed") this.#onChanged(data.archive);
      else this.#receive(data);
    };
    worker.onmessageerror = () => this.#died(worker, "a message could not be read");
    worker.onerror = (event) => {
      event.preventDefault();
      this.#died(worker, event.message ?? "it could not be loaded");
    };
    /** @type {Helper[]} */
    const roles = ["reader", "hasher"];
    const broken = (/** @type {string} */ message) => this.#died(worker, message);
    this.#helpers = roles.map((role) => this.#help(worker, role, broken));
    return worker;
  }

  /**
   * Starts a thread that works for the Worker. The page starts it: where a Worker
   * starts others while a page loads, Firefox sometimes hangs.
   * @param {Worker} worker
   * @param {Helper} role
   * @param {(message: string) => void} broken
   */
  #help(worker, role, broken) {
    const helper = startThread(role);
    const { port1, port2 } = new MessageChannel();
    helper.onmessage = ({ data }) => {
      const told = /** @type {FromHelper} */ (data);
      if (told.kind === "policy") this.#onPolicy(role, told.policy);
      else this.#onAsked(told.urls);
    };
    helper.onerror = (event) => {
      event.preventDefault();
      broken(`${role}: ${event.message ?? "it could not be loaded"}`);
    };
    helper.postMessage({ port: port1 }, [port1]);
    worker.postMessage({ id: 0, kind: "helper", role, port: port2 }, [port2]);
    return helper;
  }

  /**
   * Starts threads that unpack ahead. Without them all is done as well, only later: one that
   * breaks is let go.
   * @param {Worker} worker
   * @param {number} count
   */
  #handsFor(worker, count) {
    for (const hand of this.#hands) hand.terminate();
    this.#hands = Array.from({ length: count }, () => this.#help(worker, "hand", () => {}));
  }

  /**
   * Browsers end a Worker without a word when memory runs out. Its lock comes
   * free then.
   * @param {Worker} worker
   * @param {string} lock
   */
  #watch(worker, lock) {
    navigator.locks?.request(lock, () => this.#died(worker, "the browser ended it"));
  }

  /** @param {Exclude<FromWorker, { kind: "alive" | "changed" | "policy" | "asked" | "hands" }>} message */
  #receive(message) {
    if (message.kind === "fatal") {
      this.#died(this.#worker, message.message);
      return;
    }
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    pending.accepted = true;
    if (message.kind === "progress") pending.onProgress?.(message.value);
    if (message.kind === "result" || message.kind === "error") this.#pending.delete(message.id);
    if (message.kind === "result") pending.resolve(message.value);
    if (message.kind === "error") {
      this.#onFailed(message.failure);
      pending.reject(new RemoteError(message.failure));
    }
  }

  /**
   * @param {number} id
   * @param {Error} reason
   */
  #cancel(id, reason) {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    this.#worker?.postMessage({ id, kind: "cancel" });
    pending.reject(reason);
  }

  /** @param {number} id */
  #replaceIfHung(id) {
    const serving = [...this.#pending.values()].some(({ kind }) => kind === "save");
    if (serving || this.#pending.get(id)?.accepted !== false) return;
    this.#died(this.#worker, "it did not answer: the disk may have stopped responding");
  }

  /**
   * @param {Worker | null} worker
   * @param {string} message
   */
  #died(worker, message) {
    if (worker !== this.#worker) return;
    worker?.terminate();
    for (const helper of [...this.#helpers, ...this.#hands]) helper.terminate();
    this.#worker = null;
    const died = failure(WORKER_DIED, message);
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of lost) reject(new RemoteError(died));
    this.#onDied(died);
  }
}
