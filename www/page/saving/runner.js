/**
 * Does what the machine of a save (`flow.js`) wants done, and tells it what came
 * of it. The saves stand in the page's state; here is only what a state cannot
 * hold.
 */
import { isScanned } from "../../shared/scan-phase.js";
import { failure, failureOf, RemoteError } from "../../shared/failure.js";
import { doubtOf } from "../../words/facts.js";
import { downloadStarts, mayDownload } from "../download-gate.js";
import { saveBlob } from "../save-blob.js";
import { memoryHolder, roomBeside, savesBefore, shortageOf } from "../room.js";
import { isLive, isMarked } from "../save.js";
import { MEMORY_MAX, waysFor } from "../ways.js";
import { wishFor } from "../wish.js";
import { fileNameOf } from "./file-names.js";
import { step } from "./flow.js";
import { followDownload, followWork } from "./following.js";
import { Intake } from "./intake.js";
import { sinkFor } from "./places.js";
import { nextDue, passIsFree, waitingForScan } from "./queue.js";
import { measuredRoom } from "./room.js";

/** @typedef {import("../../shared/messages.js").Failure} Failure */
/** @typedef {import("../../shared/messages.js").SinkOrder} SinkOrder */
/** @typedef {import("../../shared/messages.js").SaveUpdate} SaveUpdate */
/** @typedef {import("../model.js").Save} Save */
/** @typedef {import("../model.js").Send} Send */
/** @typedef {import("../model.js").ShownArchive} ShownArchive */
/** @typedef {import("../model.js").State} State */
/** @typedef {import("../model.js").Way} Way */
/** @typedef {import("./flow.js").Effect} Effect */
/** @typedef {import("./flow.js").FlowEvent} FlowEvent */
/**
 * What the page's state cannot hold of a save.
 * @typedef {import("./places.js").Place & { abort: AbortController, blob: Blob | null }} Held
 *   `blob`: the finished file, where it has to be downloaded
 */
/**
 * @typedef {object} Parts
 * @property {import("../worker-client.js").WorkerClient} worker
 * @property {Send} send
 * @property {() => State} state
 * @property {import("./hashes.js").Hashes} hashes
 * @property {import("./beside.js").Beside} beside
 * @property {() => void} scanForSaves scans the shown archive for the saves that wait for it
 * @property {() => void} scanOn goes on with the scan of the shown archive, if it stands still
 */

export class SaveRunner {
  #parts;
  /** @type {import("./downloads.js").Downloads | null} */
  #downloads = null;
  /** @type {Map<string, Held>} */
  #held = new Map();

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    const { send, state, beside } = parts;
    this.intake = new Intake(send, state, beside, (save, place) => this.#enter(save, place));
  }

  /** @param {import("./downloads.js").Downloads} downloads */
  allowDownloads(downloads) {
    this.#downloads = downloads;
  }

  /** The scan of this archive is finished. @param {number} archive */
  scanFinished(archive) {
    for (const save of waitingForScan(this.#saves, archive)) this.#allow(save);
    this.#allowNext();
  }

  /**
   * @param {string} id
   * @param {boolean} keep
   * @param {boolean} marked what is lost is to be marked by a text
   * @param {import("../../core/vma_inspector.js").DoubtTaken} doubt what it is taken for
   */
  answer(id, keep, marked, doubt) {
    const isFree = passIsFree(this.#saves);
    this.#feed(id, { type: "answered", keep, marked, doubt, passIsFree: isFree });
  }

  /** @param {string} id */
  cancel(id) {
    this.#feed(id, { type: "cancelled" });
  }

  /**
   * Lets a download begin that waits for a click.
   * @param {string} id
   */
  let(id) {
    this.#feed(id, { type: "let" });
  }

  /** @param {Failure} told */
  failAll(told) {
    for (const { id } of this.#saves.filter(isLive)) {
      this.#feed(id, { type: "failed", failure: told });
    }
  }

  get #saves() {
    return this.#parts.state().saves;
  }

  /**
   * @param {Save} save
   * @param {import("./places.js").Place} place
   */
  #enter(save, place) {
    this.#held.set(save.id, { ...place, abort: new AbortController(), blob: null });
    this.#parts.send({ type: "save-started", save });
    if (this.#isHopeless(save)) return this.#refuse(save);
    const isAllowed = save.what.kind === "one-pass" || this.#isScanned();
    if (save.waitsFor.kind !== "scan") return this.#allowNext();
    if (isAllowed) this.#allow(save);
    else this.#parts.scanOn();
  }

  /**
   * Whether it is known already that there is no way. Of a raw disk the header says how
   * large it gets, of other formats the scan.
   * @param {Save} save
   */
  #isHopeless({ file, what }) {
    const { archive, abilities } = this.#parts.state();
    const isKnown = this.#isScanned() || ("format" in what && what.format === "raw");
    if (!archive || !abilities || !isKnown || file.way !== null) return false;
    // Memory is given back when other saves end.
    return waysFor(wishFor(archive, what), { ...abilities, memoryFree: MEMORY_MAX }).length === 0;
  }

  /** Before anything of it is written. @param {Save} save */
  #refuse(save) {
    const { archive, abilities } = this.#parts.state();
    if (!archive || !abilities) return;
    const told = noRoomFor(archive, save.what, abilities, this.#areOthers(save));
    this.#feed(save.id, { type: "failed", failure: told });
  }

  /** @param {Save} save */
  #areOthers({ id }) {
    return this.#saves.some((other) => other.id !== id && isLive(other));
  }

  #isScanned() {
    const { archive } = this.#parts.state();
    return archive !== null && isScanned(archive.scan);
  }

  /**
   * Nothing holds a save back any more.
   * @param {Save} save
   */
  #allow(save) {
    if (this.#parts.state().archive?.id !== save.archive) {
      this.#feed(save.id, { type: "failed", failure: failure("aborted", "closed") });
      return;
    }
    const what = this.#isScanned() ? this.intake.wantedNow(save) : save.what;
    const missing = this.intake.missingOf(save);
    const doubt = this.intake.doubtOf(save);
    const isFree = passIsFree(this.#saves);
    this.#feed(save.id, { type: "allowed", missing, doubt, what, passIsFree: isFree });
  }

  #allowNext() {
    const next = nextDue(this.#saves, this.#isScanned());
    if (next) this.#allow(next);
  }

  /**
   * @param {string} id
   * @param {FlowEvent} event
   */
  #feed(id, event) {
    const before = this.#saves.find((save) => save.id === id);
    if (!before) return;
    const { save, effects } = step(before, event);
    if (save !== before) this.#parts.send({ type: "save-changed", save });
    for (const effect of effects) this.#perform(save, effect);
    if (!isLive(save)) this.#held.delete(id);
    if (save.phase !== before.phase) this.#allowNext();
  }

  /**
   * @param {Save} save
   * @param {Effect} effect
   */
  #perform(save, effect) {
    const { hashes } = this.#parts;
    switch (effect.kind) {
      case "begin":
        return void this.#begin(save);
      case "commit":
        return void this.#commit(save, effect.keep);
      case "break-off":
        this.#downloads?.cancel(save.id, effect.why);
        return this.#held.get(save.id)?.abort.abort();
      case "download":
        return this.#download(save);
      case "hash":
        return effect.at === "read" ? hashes.startRest(save) : hashes.startAfterCopying(save);
      case "map":
        return void this.#map(save);
    }
  }

  /** @param {Save} save */
  async #begin(save) {
    const { id } = save;
    try {
      const { archive } = this.#parts.state();
      if (archive?.id !== save.archive) throw new RemoteError(failure("aborted", "closed"));
      const way = await this.#wayOf(archive, save);
      // A person may have thought better of it meanwhile, or it has to wait.
      if (way === null || !this.#held.has(id)) return;
      if (way === "download") await this.#stream(archive, save);
      else await this.#write(archive, save, way);
    } catch (error) {
      this.#feed(id, { type: "failed", failure: failureOf(error) });
    }
  }

  /**
   * The way that was chosen, or the best that needs no click; null where it has to wait
   * for another save to give back its memory. By what the browser has room for by now.
   * @param {ShownArchive} archive
   * @param {Save} save
   * @returns {Promise<Way | null>}
   */
  async #wayOf(archive, save) {
    const { file, what, id } = save;
    if (file.way === "folder" || file.way === "file") return file.way;
    const measured = await measuredRoom();
    const { abilities } = this.#parts.state();
    if (!abilities) throw new RemoteError(failure("saving-unavailable"));
    const before = savesBefore(this.#saves, id);
    const can = { ...abilities, ...roomBeside(measured, before) };
    const wish = wishFor(archive, what);
    const ways = waysFor(wish, can).filter(({ way }) => way !== "file");
    const way = ways.find(({ way }) => way === file.way) ?? ways[0];
    if (way) return way.way;
    const by = memoryHolder(wish, can, before);
    if (by !== null) {
      this.#feed(id, { type: "delayed", by });
      return null;
    }
    throw new RemoteError(noRoomFor(archive, what, can, this.#areOthers(save)));
  }

  /**
   * Through the Service Worker.
   * @param {ShownArchive} archive
   * @param {Save} save
   */
  async #stream(archive, save) {
    const { id, what } = save;
    if (!mayDownload()) return this.#feed(id, { type: "held" });
    const downloads = this.#downloads;
    if (!downloads) throw new RemoteError(failure("saving-unavailable"));
    const { sizeMax, exact } = wishFor(archive, what);
    const size = exact ? sizeMax : null;
    const name = fileNameOf(archive, what);
    this.#feed(id, { type: "begun", file: { way: "download", name, size } });
    /** @param {FlowEvent} event */
    const feed = (event) => this.#feed(id, event);
    const { port1, port2 } = new MessageChannel();
    const written = this.#request(save, name, { kind: "port", port: port1 }, [port1], (update) => {
      const { done, total } = update;
      if (size === null) feed({ type: "progressed", progress: { done, total } });
    });
    const onMessage = followDownload(size, feed);
    downloads.start({ id, name, size, image: port2, onMessage });
    downloadStarts();
    await this.#read(save, written);
  }

  /**
   * Into a sink of the Worker's.
   * @param {ShownArchive} archive
   * @param {Save} save
   * @param {Exclude<Way, "download">} way
   */
  async #write(archive, save, way) {
    const { id, what } = save;
    const { scanForSaves } = this.#parts;
    const held = this.#held.get(id) ?? {};
    const { sink, name } = await sinkFor(way, id, fileNameOf(archive, what), held);
    if (!this.#held.has(id)) return;
    this.#feed(id, { type: "begun", file: { way, name } });
    /** @param {FlowEvent} event */
    const feed = (event) => this.#feed(id, event);
    const written = this.#request(save, name, sink, [], followWork(scanForSaves, feed));
    await this.#read(save, written);
  }

  /**
   * @param {Save} save
   * @param {string} fileName
   * @param {SinkOrder} sink
   * @param {Transferable[]} transfer
   * @param {(update: SaveUpdate) => void} onProgress
   */
  #request(save, fileName, sink, transfer, onProgress) {
    const { id: job, archive, what } = save;
    const { worker, hashes } = this.#parts;
    const signal = this.#held.get(job)?.abort.signal ?? AbortSignal.abort();
    // A hash takes what is missing for zeros.
    const started = isMarked(save) ? [] : hashes.toStart(save);
    const ask = { archive, job, what, fileName, sink, hashes: started };
    return worker.request("save", ask, { signal, transfer, onProgress });
  }

  /**
   * All of it is read once the Worker says so.
   * @param {Save} save
   * @param {Promise<import("../../shared/messages.js").Saved>} written
   */
  async #read({ id, archive, devices }, written) {
    const saved = await written;
    this.#parts.send({ type: "save-read", archive, saved });
    const ids = devices.map((device) => device.id);
    this.#feed(id, { type: "read", saved, doubt: doubtOf(saved.report, ids) });
  }

  /**
   * Completes the file, or throws it away.
   * @param {Save} save
   * @param {boolean} keep
   */
  async #commit({ id }, keep) {
    try {
      const blob = await this.#parts.worker.request("commit", { job: id, keep });
      const held = this.#held.get(id);
      if (held) held.blob = blob;
      const downloads = blob !== null;
      if (keep) this.#feed(id, { type: "kept", downloads, mayDownload: mayDownload() });
      else this.#feed(id, { type: "dropped" });
    } catch (error) {
      this.#feed(id, { type: "failed", failure: failureOf(error) });
    }
  }

  /** @param {Save} save */
  #download({ id, file }) {
    const blob = this.#held.get(id)?.blob;
    if (blob) saveBlob(file.name, blob);
  }

  /**
   * A map of what is lost: into the folder, or for a click.
   * @param {Save} save
   */
  async #map(save) {
    const { beside } = this.#parts;
    const folder = this.#held.get(save.id)?.folder;
    const maps = await beside.mapsOf(save);
    if (folder) await beside.write(folder, maps).catch(() => {});
    else this.#feed(save.id, { type: "mapped", maps });
  }
}

/**
 * @param {ShownArchive} archive
 * @param {import("../../shared/messages.js").SaveWhat} what
 * @param {import("../model.js").Abilities} can
 * @param {boolean} isShared whether other saves take room as well
 * @returns {Failure}
 */
function noRoomFor(archive, what, can, isShared) {
  const shortage = shortageOf(archive, what, can, isShared);
  const { sizeMax, stageFree } = shortage;
  const message = `${sizeMax} bytes at most, ${stageFree ?? "no"} bytes of storage`;
  return { ...failure("no-room", message), shortage };
}
