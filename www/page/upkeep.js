/** What goes on around the page: its policy, newer versions of it, what it stores. */
import { policyHere } from "../shared/policy.js";
import { allHaveTold } from "../words/own-policy.js";
import { isLive } from "./save.js";
import { policyOfService, takeNewer, watchForNewer, watchForReplaced } from "./service.js";
import { removeStaged, removeStored, storedHere } from "./stored.js";

/** @typedef {import("./model.js").PageEvent} PageEvent */

export class Upkeep {
  #worker;
  #send;
  #state;
  /** Whether this window wants the newer version. */
  #isNewerWanted = false;
  #isWatching = false;

  /**
   * @param {import("./worker-client.js").WorkerClient} worker
   * @param {import("./model.js").Send} send
   * @param {() => import("./model.js").State} state
   */
  constructor(worker, send, state) {
    this.#worker = worker;
    this.#send = send;
    this.#state = state;
  }

  begin() {
    const send = this.#send;
    policyHere().then((policy) => send({ type: "policy-found", thread: "page", policy }));
    policyOfService().then((policy) => send({ type: "policy-found", thread: "service", policy }));
    watchForReplaced(() => this.#replaced());
    this.#count();
  }

  /** @param {PageEvent} event */
  handle(event) {
    switch (event.type) {
      case "policy-found":
        if (allHaveTold(this.#state().policies)) this.#watch();
        break;
      case "worker-ended":
        this.#watch();
        break;
      case "newer-wanted":
        this.#takeNewer();
        break;
      case "remove-all-wanted":
        this.#removeAll();
        break;
      case "remove-staged-wanted":
        this.#removeStaged(event.id);
        break;
      case "kept-counted":
      case "staged-removed":
        this.#count();
        break;
      case "save-changed":
        if (event.save.file.way === "stage" && !isLive(event.save)) this.#count();
    }
  }

  /**
   * Not before all threads are loaded or cannot be: a browser that has stopped the
   * former Service Worker for the newer one, starts it again for a script that is
   * still asked of it, and lets it be for long.
   */
  #watch() {
    if (this.#isWatching) return;
    this.#isWatching = true;
    watchForNewer(() => this.#send({ type: "newer-changed", newer: "found" }));
  }

  /** What is being written has to be seen to its end first. */
  async #takeNewer() {
    if (this.#state().newer === "replaced") return location.reload();
    this.#isNewerWanted = !this.#state().saves.some(isLive) && (await takeNewer());
    if (!this.#isNewerWanted) this.#send({ type: "newer-changed", newer: "busy" });
  }

  /** This window follows at once if it was asked there; what is open in others stays. */
  #replaced() {
    if (this.#isNewerWanted) location.reload();
    else this.#send({ type: "newer-changed", newer: "replaced" });
  }

  async #removeAll() {
    // The Worker may hold some of it open.
    await this.#worker.request("forgetKept", {}).catch(() => {});
    await removeStored();
    this.#send({ type: "all-removed", stored: await storedHere() });
  }

  /** @param {string} id */
  async #removeStaged(id) {
    await removeStaged(id).catch(() => {});
    this.#send({ type: "staged-removed", id });
  }

  async #count() {
    const stored = await storedHere().catch(() => null);
    if (stored) this.#send({ type: "stored-counted", stored });
  }
}
