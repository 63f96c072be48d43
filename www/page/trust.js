/** What is asked of the Worker for the report and what it is about. */
import { WORKER_DIED } from "../shared/codes.js";
import { failureOf } from "../shared/failure.js";
import { baseName } from "./names.js";
import { reportFacts } from "./report-facts.js";
import { saveBlob } from "./save-blob.js";

/** @typedef {import("./model.js").PageEvent} PageEvent */
/** @typedef {import("./model.js").State} State */

export class Trust {
  #worker;
  #send;
  #state;

  /**
   * @param {import("./worker-client.js").WorkerClient} worker
   * @param {import("./model.js").Send} send
   * @param {() => State} state
   */
  constructor(worker, send, state) {
    this.#worker = worker;
    this.#send = send;
    this.#state = state;
  }

  /** @param {PageEvent} event */
  handle(event) {
    switch (event.type) {
      case "scan-finished":
      case "scan-stopped":
      case "scan-failed":
      case "save-read":
      case "hash-done":
        return this.#ask();
      case "report-wanted":
        return this.#saveReport();
      case "print-wanted":
        return window.print();
    }
  }

  async #ask() {
    const { id: archive, image = null } = this.#state().archive ?? {};
    // Nobody judges a disk image.
    if (archive === undefined || image) return;
    try {
      const trust = await this.#worker.request("trust", { archive });
      this.#send({ type: "trust-arrived", archive, trust });
    } catch {
      // The archive was closed, or the Worker died, which is told elsewhere.
    }
  }

  async #saveReport() {
    const { archive, saves } = this.#state();
    if (!archive) return;
    try {
      const ask = { archive: archive.id, facts: reportFacts(archive, saves) };
      const report = await this.#worker.request("report", ask);
      saveBlob(`${baseName(archive.file.name)}-report.json`, report);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code !== WORKER_DIED) this.#send({ type: "drop-refused", failure });
    }
  }
}
