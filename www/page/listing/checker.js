/** Asks the Worker what is in each backup of a list, and checks them, one after the other. */
import { WORKER_DIED } from "../../shared/codes.js";
import { failureOf } from "../../shared/failure.js";
import { answer } from "../../words/answer.js";
import { isBeginningLost, missedDrives } from "../../words/facts.js";
import { shownBackups } from "../backup-entries.js";
import { remoteFile } from "../remote.js";

/** @typedef {import("../backups-model.js").Backup} Backup */
/** @typedef {import("../model.js").State} State */
/** @typedef {import("../../shared/messages.js").OpenedArchive} OpenedArchive */
/** @typedef {import("../../shared/messages.js").ScanUpdate} ScanUpdate */

export class Checker {
  #worker;
  #send;
  #state;
  /** What goes on: reading what each is, or checking. @type {AbortController | null} */
  #work = null;

  /**
   * @param {import("../worker-client.js").WorkerClient} worker
   * @param {import("../model.js").Send} send
   * @param {() => State} state
   */
  constructor(worker, send, state) {
    this.#worker = worker;
    this.#send = send;
    this.#state = state;
  }

  /** Finds out of each what it is the backup of. */
  async read() {
    await this.#each("new", (backup, signal) => this.#look(backup, signal));
  }

  /** Checks those that are not checked yet, as they stand in the list. */
  async check() {
    this.#send({ type: "backups-checking", isChecking: true });
    const isMine = await this.#each("known", (backup, signal) => this.#scan(backup, signal));
    if (isMine) this.#send({ type: "backups-checking", isChecking: false });
  }

  stop() {
    this.#work?.abort();
    this.#work = null;
  }

  /**
   * Does this with every backup in a phase, until another work begins.
   * @param {Backup["phase"]} phase
   * @param {(backup: Backup, signal: AbortSignal) => Promise<void>} work
   * @returns {Promise<boolean>} whether no other work began
   */
  async #each(phase, work) {
    this.stop();
    const abort = new AbortController();
    this.#work = abort;
    const { signal } = abort;
    for (;;) {
      const { backups } = this.#state();
      // Those that are not read yet are checked as well.
      const isNext = (/** @type {Backup} */ each) => each.phase === phase || each.phase === "new";
      const next = backups && shownBackups(backups).find(isNext);
      if (!next || signal.aborted) break;
      await work(next, signal);
    }
    return this.#work === abort;
  }

  /**
   * @param {Backup} backup
   * @param {AbortSignal} signal
   */
  async #look(backup, signal) {
    await this.#with(backup, signal, async (opened) => {
      this.#change(backup, { phase: "known", ...factsOf(opened, backup) });
    });
  }

  /**
   * @param {Backup} backup
   * @param {AbortSignal} signal
   */
  async #scan(backup, signal) {
    await this.#with(backup, signal, async (opened) => {
      const { archive } = opened;
      this.#change(backup, { phase: "checking", done: 0, ...factsOf(opened, backup) });
      const keep = this.#state().keeping.wanted;
      // Not one that was kept: what was sound then need not be so now.
      const how = { archive, keep, fresh: true, forSaves: false };
      let told = 0;
      const update = await this.#worker.request("scan", how, {
        signal,
        onProgress: ({ progress: { fileBytes, fileSize } }) => {
          const done = fileSize > 0 ? fileBytes / fileSize : 0;
          if (done - told < 0.01) return;
          told = done;
          this.#change(backup, { done });
        },
      });
      const trust = await this.#worker.request("trust", { archive });
      const judged = answer(judgedOf(backup, opened, update, trust));
      this.#change(backup, { phase: "checked", answer: judged });
    });
  }

  /**
   * Opens a backup for some work, and closes it.
   * @param {Backup} backup
   * @param {AbortSignal} signal
   * @param {(opened: OpenedArchive) => Promise<void>} work
   */
  async #with(backup, signal, work) {
    /** @type {OpenedArchive | null} */
    let opened = null;
    try {
      const file = await this.#fileOf(backup.files);
      opened = await this.#worker.request("open", { file, largeWindow: false, as: "archive" });
      await work(opened);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code === WORKER_DIED) this.stop();
      if (signal.aborted) this.#change(backup, { phase: "known", done: 0 });
      else this.#change(backup, { phase: "failed", failure });
    } finally {
      if (opened) this.#worker.request("close", { archive: opened.archive }).catch(() => {});
    }
  }

  /** @param {Backup["files"]} files */
  async #fileOf(files) {
    const [file] = files;
    if (file && !(file instanceof File)) return file.size > 0 ? file : await remoteFile(file.url);
    if (file && files.length === 1) return file;
    const own = files.filter((each) => each instanceof File);
    const joined = await this.#worker.request("join", { files: own });
    if (joined) return joined.file;
    throw new DOMException("these are no parts of one", "DataError");
  }

  /**
   * @param {Backup} backup
   * @param {Partial<Backup>} change
   */
  #change({ key }, change) {
    this.#send({ type: "backup-changed", key, change });
  }
}

/**
 * What the header and the configuration tell at once.
 * @param {Pick<OpenedArchive, "overview" | "summary" | "fileName" | "leftOut">} opened
 * @param {Backup} backup
 * @returns {Partial<Backup>}
 */
function factsOf({ overview, summary, fileName, leftOut }, backup) {
  return {
    machine: summary?.name ?? null,
    vmid: fileName.vmid ?? backup.vmid,
    made: isBeginningLost(overview) ? backup.made : overview.createdAt,
    leftOut: missedDrives(leftOut).map(({ key }) => key),
  };
}

/**
 * As the page judges one that is open.
 * @param {Backup} backup
 * @param {OpenedArchive} opened
 * @param {ScanUpdate} update
 * @param {import("../../shared/messages.js").Trust} trust
 * @returns {import("../../words/archive.js").JudgedArchive}
 */
function judgedOf({ name, size }, { overview, fileName }, { progress, report }, trust) {
  return {
    file: { name, size },
    overview: report?.overview ?? overview,
    scan: { phase: "done", scannedAt: null, progress, report },
    leftOut: trust.leftOut,
    trust,
    lost: new Map(),
    fileName,
  };
}
