/** Asks what is on the disks: while they are scanned, and when that has ended. */

export class DiskContents {
  #worker;
  #send;
  #state;
  #isAsking = false;
  /** Whether it has to be asked once more, behind what is asked now. */
  #isDue = false;

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

  /** @param {import("./model.js").PageEvent} event */
  handle(event) {
    switch (event.type) {
      case "scan-progressed":
        if (!this.#isAsking && !this.#isKnown()) this.#ask();
        return;
      case "scan-finished":
      case "scan-stopped":
      case "scan-failed":
      case "size-taken":
        this.#ask();
    }
  }

  /** Of all disks, as far as the scan has come. */
  #isKnown() {
    const { archive } = this.#state();
    const disks = archive?.overview.devices.filter(({ isVmstate }) => !isVmstate) ?? [];
    return disks.every(({ id }) => archive?.contents.get(id)?.complete);
  }

  async #ask() {
    this.#isDue = true;
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#isDue) {
      this.#isDue = false;
      await this.#askOnce();
    }
    this.#isAsking = false;
  }

  async #askOnce() {
    const archive = this.#state().archive?.id;
    if (archive === undefined) return;
    try {
      const contents = await this.#worker.request("diskContents", { archive });
      this.#send({ type: "contents-arrived", archive, contents });
    } catch {
      // The archive was closed, or cannot be read, which is told elsewhere.
    }
  }
}
