/** Makes a list of the backups in a folder, opens one of them, and comes back to it. */
import { failure, failureOf } from "../../shared/failure.js";
import { answer } from "../../words/answer.js";
import { Checker } from "./checker.js";
import { backupsOf, saidByLog } from "../backup-entries.js";
import { remoteFile } from "../remote.js";
import { textOf } from "./beside.js";
import { filesOfEntries, foundIn, pickFolder } from "./files.js";
import { remoteFolder } from "./remote-folder.js";

/** @typedef {import("../model.js").PageEvent} PageEvent */
/** @typedef {import("../model.js").Send} Send */
/** @typedef {import("../model.js").State} State */

/** Of what lies beside a backup, as much as is read; a log says what is left out at its beginning. */
const READ_MAX = 256 * 1024;
const NOTES_MAX = 4096;

/** In the browser's history: the list, and a backup that was opened from it. */
const LIST = "backups";

export class Listing {
  #send;
  #state;
  #checker;
  #lists = 0;
  /** What the page's address says where the list is shown. */
  #hash = "";

  /**
   * @param {import("../worker-client.js").WorkerClient} worker
   * @param {Send} send
   * @param {() => State} state
   */
  constructor(worker, send, state) {
    this.#send = send;
    this.#state = state;
    this.#checker = new Checker(worker, send, state);
    addEventListener("popstate", ({ state: place }) => {
      const { backups } = this.#state();
      if (place?.vmaInspector === LIST && backups) send({ type: "backups-back" });
    });
  }

  /** @param {PageEvent} event */
  handle(event) {
    switch (event.type) {
      case "backups-wanted":
        return this.#list(pickFolder());
      case "backups-dropped":
        return this.#list(this.#dropped(event.entries));
      case "backups-on-server":
        return this.#list(this.#onServer(event.address), location.hash);
      case "backups-chosen":
        return this.#list(
          Promise.resolve({ name: null, found: foundIn(event.files), isCut: false }),
        );
      case "backups-check-wanted":
        return this.#checker.check();
      case "backups-stop-wanted":
        return this.#stop();
      case "backup-opened":
        return this.#open(event.key);
      case "backups-back-wanted":
        return this.#leave();
      case "backups-closed":
      case "file-chosen":
      case "worker-ended":
        return this.#stop();
      case "backups-back":
        return this.#checker.read();
      case "trust-arrived":
        return this.#learn();
    }
  }

  /** @param {readonly FileSystemEntry[]} entries */
  async #dropped(entries) {
    const [only] = entries;
    const name = entries.length === 1 && only ? only.name : null;
    return { name, ...(await filesOfEntries(entries)) };
  }

  /** @param {string} address */
  async #onServer(address) {
    try {
      return await remoteFolder(address);
    } catch (error) {
      this.#send({ type: "drop-refused", failure: failureOf(error) });
      return null;
    }
  }

  /**
   * @param {Promise<({ name: string | null } & import("./files.js").Gathered) | null>} finding
   * @param {string} [hash] what the page's address says of it
   */
  async #list(finding, hash = "") {
    this.#lists += 1;
    const mine = this.#lists;
    const chosen = await finding.catch(() => null);
    if (!chosen || mine !== this.#lists) return;
    const { list, beside } = backupsOf(chosen.found);
    if (list.length === 0) {
      return this.#send({ type: "drop-refused", failure: failure("no-backup-there") });
    }
    this.#stop();
    const { name: folder, isCut } = chosen;
    this.#send({ type: "backups-listed", folder, isCut, list });
    this.#hash = hash;
    history.replaceState({ vmaInspector: LIST }, "");
    for (const [key, lies] of beside) this.#readBeside(key, lies);
    await this.#checker.read();
  }

  /**
   * @param {string} key
   * @param {import("../backups-model.js").Beside} beside
   */
  async #readBeside(key, { notes, log, isProtected }) {
    if (!notes && !log && !isProtected) return;
    const [notesText, logText] = await Promise.all([
      textOf(notes, NOTES_MAX),
      textOf(log, READ_MAX),
    ]);
    const change = { notes: notesText.trim(), isProtected, ...saidByLog(logText) };
    this.#send({ type: "backup-changed", key, change });
  }

  #stop() {
    this.#checker.stop();
    if (this.#state().backups?.isChecking) {
      this.#send({ type: "backups-checking", isChecking: false });
    }
  }

  /** @param {string} key */
  #open(key) {
    const files = this.#state().backups?.list.find((each) => each.key === key)?.files ?? [];
    const [file] = files;
    if (!file) return;
    this.#stop();
    history.pushState({ vmaInspector: "backup" }, "");
    const own = files.filter((each) => each instanceof File);
    if (!(file instanceof File)) this.#openRemote(file);
    else if (own.length > 1) this.#send({ type: "files-chosen", files: own });
    else this.#send({ type: "file-chosen", file });
  }

  /**
   * As it is there now: since the list was made it may have changed.
   * @param {import("../../shared/remote.js").RemoteFile} file
   */
  async #openRemote({ url }) {
    try {
      this.#send({ type: "file-chosen", file: await remoteFile(url) });
    } catch (error) {
      this.#send({ type: "drop-refused", failure: failureOf(error) });
    }
  }

  /** However many places of the backup were looked at, the list comes next. */
  #leave() {
    history.pushState({ vmaInspector: LIST }, "", location.pathname + location.search + this.#hash);
    this.#send({ type: "backups-back" });
  }

  /** What the page says of the one that is open stands in the list as well. */
  #learn() {
    const { backups, archive } = this.#state();
    const isDone = archive?.scan.phase === "done";
    if (!isDone || !backups?.open) return;
    const change = /** @type {const} */ ({ phase: "checked", answer: answer(archive) });
    this.#send({ type: "backup-changed", key: backups.open, change });
  }
}
