/** A backup that is open, as the package gives it: see `index.d.ts`. */
import { Archive } from "../core/vma_inspector.js";

/** @typedef {import("./index.js").Backup} Opened */
/** @typedef {import("./index.js").Gap} Gap */

/** Between two of them, whoever else wants to work may. */
const TURN_MS = 30;
const FINDINGS_EACH = 50;
const READ_MAX = 16 * 1024 * 1024;
/** As the core numbers them. */
const GAP_KINDS = /** @type {const} */ (["lost", "in-doubt", "not-yet-known"]);

/** @implements {Opened} */
export class Backup {
  #archive;
  #letGo;
  #isClosed = false;

  /**
   * @param {import("../core/vma_inspector.js").Source} source
   * @param {import("./index.js").OpenOptions} options
   * @param {() => void} letGo of the source, when it is closed or could not be opened
   */
  constructor(source, { largeWindow = false, name }, letGo) {
    try {
      this.#archive = Archive.open(source, largeWindow, name);
    } catch (error) {
      letGo();
      throw error;
    }
    this.#letGo = letGo;
  }

  get header() {
    return this.#archive.overview();
  }

  get configs() {
    return this.header.configs;
  }

  get devices() {
    return this.header.devices;
  }

  /** @param {string} name */
  config(name) {
    const found = this.configs.find((each) => each.name === name);
    return found && this.#archive.config(found.index);
  }

  /** @param {import("./index.js").ScanOptions} [options] */
  async scan({ signal, onProgress } = {}) {
    for (let began = performance.now(); ;) {
      signal?.throwIfAborted();
      const progress = this.#archive.scanStep();
      const isTurn = progress.done || performance.now() - began > TURN_MS;
      if (isTurn) onProgress?.(progress);
      if (progress.done) return this.#archive.report();
      if (!isTurn) continue;
      await new Promise((resolve) => setTimeout(resolve));
      began = performance.now();
    }
  }

  /** @returns {import("./index.js").FindingKind[]} */
  findings() {
    const { findings, container } = this.#archive.report();
    const ofArchive = findings.map((group) => {
      const first = this.#archive.findings(group.code, 0, FINDINGS_EACH);
      return kindOf("archive", group, first);
    });
    /** @type {Map<string, typeof container.findings>} */
    const byCode = new Map();
    for (const each of container.findings) {
      byCode.set(each.code, [...(byCode.get(each.code) ?? []), each]);
    }
    const ofContainer = [...byCode].map(([code, all]) => {
      const severity = all[0]?.severity ?? "damage";
      const group = { code, severity, count: all.length };
      return kindOf("container", group, all.slice(0, FINDINGS_EACH));
    });
    return [...ofArchive, ...ofContainer];
  }

  /**
   * @param {number} deviceId
   * @param {number} offset
   * @param {number} length
   */
  read(deviceId, offset, length) {
    for (const number of [offset, length]) {
      if (!Number.isSafeInteger(number) || number < 0) throw new RangeError(`no place: ${number}`);
    }
    if (length > READ_MAX) throw new RangeError(`more than ${READ_MAX} bytes: ${length}`);
    const isDevice = this.devices.some(({ id }) => id === deviceId);
    const disk = isDevice ? this.#archive.bytesAsTheyAre(deviceId) : undefined;
    if (!disk) throw new RangeError(`no device: ${deviceId}`);
    try {
      const into = new Uint8Array(length);
      let got = 0;
      for (let read = -1; read !== 0 && got < length; got += read) {
        read = disk.read(BigInt(offset + got), into.subarray(got));
      }
      // By now a damaged container may have shown more of them.
      return { bytes: into.subarray(0, got), gaps: gapsIn(disk, offset, offset + length) };
    } finally {
      disk.free();
    }
  }

  close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#archive.free();
    this.#letGo();
  }

  [Symbol.dispose]() {
    this.close();
  }
}

/**
 * @template {import("./index.js").FindingKind["of"]} Of
 * @param {Of} of
 * @param {Pick<import("./index.js").FindingKind, "code" | "severity" | "count">} group
 * @param {import("./index.js").FindingKind["first"]} first
 * @returns {import("./index.js").FindingKind}
 */
function kindOf(of, { code, severity, count }, first) {
  const key = `${of === "archive" ? "finding" : "container-finding"}.${code}`;
  return { of, code, severity, count, title: `${key}.title`, text: `${key}.text`, first };
}

/**
 * @param {import("../core/vma_inspector.js").SourceBytes} disk
 * @param {number} start
 * @param {number} end
 */
function gapsIn(disk, start, end) {
  /** @type {Gap[]} */
  const gaps = [];
  for (let at = start; at < end;) {
    const found = disk.gap(BigInt(at), BigInt(end));
    if (!found) break;
    const [from = 0, until = end, kind = 0] = Array.from(found, Number);
    gaps.push({ start: from, end: until, kind: GAP_KINDS[kind] ?? "not-yet-known" });
    if (until <= at) break;
    at = until;
  }
  return gaps;
}
