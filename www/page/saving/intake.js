/**
 * Takes up what a person wants to save: which file, by which way, and what it has
 * to wait for.
 */
import { isScanned } from "../../shared/scan-phase.js";
import { doubtOf, missingBytes } from "../../words/facts.js";
import { choiceFor } from "../choice.js";
import { deviceOf, isLive, isOfFiles } from "../save.js";
import { waysFor } from "../ways.js";
import { diskWanted, wishFor } from "../wish.js";
import { fileNameOf } from "./file-names.js";
import { pickFile, pickFolder, pickingFailure } from "./places.js";

/** @typedef {import("../../shared/messages.js").SaveWhat} SaveWhat */
/** @typedef {import("../model.js").Save} Save */
/** @typedef {import("../model.js").ShownArchive} ShownArchive */
/** @typedef {import("../model.js").State} State */
/** @typedef {import("../model.js").Way} Way */
/** @typedef {import("./beside.js").Beside} Beside */
/** @typedef {import("./places.js").Place} Place */

export class Intake {
  #send;
  #state;
  #beside;
  #enter;

  /**
   * @param {import("../model.js").Send} send
   * @param {() => State} state
   * @param {Beside} beside
   * @param {(save: Save, place: Place) => void} enter
   */
  constructor(send, state, beside, enter) {
    this.#send = send;
    this.#state = state;
    this.#beside = beside;
    this.#enter = enter;
  }

  /**
   * A disk, as was chosen.
   * @param {number} deviceId
   */
  async disk(deviceId) {
    const { archive, format: chosen } = this.#state();
    if (!archive || this.#isBusyWith(archive.id, deviceId)) return;
    const { format, way } = choiceFor(archive, deviceId, chosen);
    await this.#begin(archive, this.#diskWanted(archive, deviceId, format), way);
  }

  /**
   * A disk in the pass that scans.
   * @param {number} deviceId
   */
  async inOnePass(deviceId) {
    const { archive, saves } = this.#state();
    if (!archive || this.#isBusyWith(archive.id, deviceId)) return;
    // Starting over for this disk would end what is saved of another.
    if (saves.some((save) => isLive(save) && save.what.kind === "one-pass")) {
      await this.disk(deviceId);
      return;
    }
    const { way } = choiceFor(archive, deviceId, "raw");
    await this.#begin(archive, { kind: "one-pass", deviceId, format: "raw" }, way);
  }

  /**
   * Every disk: into one folder where the browser lets one be picked, with the
   * configurations; otherwise as so many downloads.
   */
  async all() {
    const { archive, abilities, format } = this.#state();
    if (!archive || !abilities) return;
    const ids = archive.overview.devices.map(({ id }) => id);
    if (abilities.folderPicker) return this.folder(ids, true, format);
    for (const id of ids) await this.disk(id);
  }

  async appliance() {
    const archive = this.#state().archive;
    const facts = archive?.elsewhere.facts;
    if (!archive || !facts || this.#isBusyWith(archive.id, null)) return;
    const { keepsMacs, compressed } = archive.elsewhere;
    const { devices } = facts;
    const doubt = /** @type {const} */ ("as-it-is");
    await this.#begin(archive, { kind: "appliance", devices, keepsMacs, compressed, doubt }, null);
  }

  /**
   * Files of a disk. Nothing is asked of gaps: what is lost is left out, and told.
   * @param {Extract<SaveWhat, { kind: "files" }>} what
   */
  async files(what) {
    const archive = this.#state().archive;
    if (archive && what.chosen.length > 0) await this.#begin(archive, what, null);
  }

  /**
   * Several disks, one after the other, and the configs, into one folder.
   * @param {number[]} deviceIds
   * @param {boolean} configs
   * @param {string} [wanted] format; the one that the texts name, where it is left out
   */
  async folder(deviceIds, configs, wanted) {
    const archive = this.#state().archive;
    if (!archive) return;
    const folder = await pickFolder().catch((error) => this.#pickingFailed(error));
    if (!folder) return;
    const { format: named, texts } = archive.elsewhere;
    if (configs) await this.#beside.writeConfigs(archive, folder);
    /** @type {Save["waitsFor"]} */
    let waitsFor = { kind: "save", id: "" };
    for (const deviceId of deviceIds) {
      if (this.#isBusyWith(archive.id, deviceId)) continue;
      const isRaw = wanted === undefined && texts?.rawDevices.includes(deviceId);
      const { format } = choiceFor(archive, deviceId, isRaw ? "raw" : (wanted ?? named));
      const what = this.#diskWanted(archive, deviceId, format);
      const save = newSave(archive, what, "folder", waitsFor);
      waitsFor = { kind: "save", id: save.id };
      this.#enter(save, { folder });
    }
  }

  /**
   * The scan is finished: now it is known how a disk lies in the backup.
   * @param {Save} save that has waited
   * @returns {SaveWhat}
   */
  wantedNow({ what }) {
    const { archive } = this.#state();
    if (!archive || what.kind !== "disk" || what.marked || what.doubt === "as-lost") return what;
    return this.#diskWanted(archive, what.deviceId, what.format);
  }

  /**
   * Bytes that are known to be missing of a save's disks; null before the scan
   * is finished.
   * @param {Save} save
   */
  missingOf({ devices }) {
    const { archive } = this.#state();
    if (!archive || !isScanned(archive.scan)) return null;
    return devices.reduce((sum, { id }) => sum + missingBytes(archive, id), 0);
  }

  /**
   * What is known to speak against bytes of a save's disks.
   * @param {Save} save
   */
  doubtOf({ devices }) {
    const { archive } = this.#state();
    const report = archive && isScanned(archive.scan) ? archive.scan.report : null;
    return doubtOf(
      report,
      devices.map(({ id }) => id),
    );
  }

  /**
   * @param {ShownArchive} archive
   * @param {number} deviceId
   * @param {string} format
   */
  #diskWanted(archive, deviceId, format) {
    return diskWanted(archive, deviceId, format, this.#state().abilities);
  }

  /**
   * @param {ShownArchive} archive
   * @param {SaveWhat} what
   * @param {Way | null} chosen
   */
  async #begin(archive, what, chosen) {
    const { abilities } = this.#state();
    const ways = abilities ? waysFor(wishFor(archive, what), abilities) : [];
    const way = ways.find(({ way }) => way === chosen)?.way ?? ways[0]?.way ?? null;
    if (way !== "file") {
      this.#enter(newSave(archive, what, way, { kind: "scan" }), {});
      return;
    }
    // Only now, with the click still fresh, does a browser let one pick.
    const name = fileNameOf(archive, what);
    const handle = await pickFile(name).catch((error) => this.#pickingFailed(error));
    if (handle) this.#enter(newSave(archive, what, way, { kind: "scan" }), { handle });
  }

  /**
   * Nothing was picked; a refusal is worth a word.
   * @param {unknown} error
   */
  #pickingFailed(error) {
    const isCancelled = error instanceof DOMException && error.name === "AbortError";
    if (!isCancelled) this.#send({ type: "drop-refused", failure: pickingFailure(error) });
    return null;
  }

  /**
   * @param {number} archive
   * @param {number | null} deviceId null: an appliance
   */
  #isBusyWith(archive, deviceId) {
    const { saves } = this.#state();
    return saves.some(
      (save) =>
        isLive(save) && save.archive === archive && deviceOf(save) === deviceId && !isOfFiles(save),
    );
  }
}

/**
 * @param {ShownArchive} archive
 * @param {SaveWhat} what
 * @param {Way | null} way
 * @param {Save["waitsFor"]} waitsFor
 * @returns {Save}
 */
function newSave(archive, what, way, waitsFor) {
  const ids = devicesOf(what);
  const { sizeMax } = wishFor(archive, what);
  return {
    id: newId(),
    archive: archive.id,
    what,
    devices: ids.map((id) => ({ id, name: deviceName(archive, id) })),
    file: {
      way,
      name: fileNameOf(archive, what),
      size: null,
      sizeMax,
      begun: false,
      taken: false,
      beginsLike: null,
    },
    gaps: {
      missing: 0,
      doubt: { bytes: 0, isUnproven: false },
      agreed: what.kind === "files",
      lost: null,
      leftOut: [],
      maps: [],
    },
    progress: { taken: 0, done: 0, total: 0, pace: null },
    phase: "waiting",
    waitsFor,
    failure: null,
  };
}

/**
 * Disks of which all bytes are read.
 * @param {SaveWhat} what
 */
function devicesOf(what) {
  if (what.kind === "files") return [];
  return what.kind === "appliance" ? what.devices : [what.deviceId];
}

/**
 * @param {ShownArchive} archive
 * @param {number} deviceId
 */
function deviceName({ overview }, deviceId) {
  return overview.devices.find(({ id }) => id === deviceId)?.name ?? "";
}

/** Without `crypto.randomUUID`, which pages without https do not have. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
