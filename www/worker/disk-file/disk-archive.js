/**
 * A disk in a file of its own, as the rest of the Worker knows an archive: one of a single
 * disk, without configurations, of which nothing can be compared with anything.
 */
import { bytesHad, CLUSTER, counted } from "./cells.js";

/** @typedef {import("../../core/vma_inspector.js").Archive} Archive */
/** @typedef {import("../../core/vma_inspector.js").DiskContents} DiskContents */
/** @typedef {import("../../core/vma_inspector.js").Overview} Overview */
/** @typedef {import("../../core/vma_inspector.js").ScanReport} ScanReport */
/** @typedef {import("../../core/vma_inspector.js").Unpacked} Unpacked */
/** @typedef {import("../../core/vma_inspector_disk_file.js").DiskFile} DiskFile */
/**
 * All that is asked of an archive which holds a disk image.
 * @typedef {Pick<Archive, "overview" | "report" | "fileName" | "vmSummary" | "leftOut" |
 *   "config" | "findings" | "assumeSize" | "scanWants" | "scanStep" | "isScanned" |
 *   "takeKeptScan" | "scanToKeep" | "keptScanHolds" | "restartScan" | "unwatch" | "takePlaced" |
 *   "unpackOn" | "setLook" | "diskContentsStep" | "diskContents" | "bytesAsTheyAre" |
 *   "archiveSeen" | "imageRuns" | "imageSize" | "imageLost" | "imageRead" | "isZero" |
 *   "timesUnpacked" | "lostMap" | "facts" | "diskBytes" | "free">} Asked
 */

/** The one disk. */
const ID = 1;
const NAME = "disk";
/** Bytes that are unpacked in one step, on the way to the end. */
const WORK_PER_STEP = 4n << 20n;
/** Where everything ends. */
const END = (1n << 64n) - 1n;
/** Stretches that are asked for at once. */
const STRETCHES = 4096;

/** What stands for doubt in gaps. */
const IN_DOUBT = 1;

/** @implements {Asked} */
export class DiskArchive {
  #disk;
  #unpacked;
  #fileSize;
  #whole;
  #uuid = crypto.getRandomValues(new Uint8Array(16));
  /** @type {((disk: any) => DiskContents | undefined) | null} */
  #look = null;
  /** @type {DiskContents | undefined} */
  #contents;
  #isScanned = false;
  /** Clusters of each kind, counted once. @type {Float64Array | null} */
  #counts = null;
  /** Bytes that are stored and can be had. */
  #stored = 0;

  /**
   * @param {DiskFile} disk
   * @param {Unpacked} unpacked what it is read from
   * @param {number} fileSize
   */
  constructor(disk, unpacked, fileSize) {
    this.#disk = disk;
    this.#unpacked = unpacked;
    this.#fileSize = fileSize;
    this.#whole = disk.whole();
  }

  /** What kind of a disk it is. @returns {import("../../shared/opened.js").ImageFacts} */
  image() {
    const facts = this.#disk.facts() ?? null;
    return { format: facts ? "qcow2" : "raw", facts };
  }

  #size() {
    const bytes = this.#disk.bytes();
    const size = Number(bytes.size() ?? 0n);
    bytes.free();
    return size;
  }

  /** @returns {Overview} */
  overview() {
    const size = this.#size();
    const clusters = Math.ceil(size / CLUSTER);
    const device = { id: ID, name: NAME, safeName: NAME, size, clusters, isVmstate: false };
    return {
      container: this.#unpacked.kind(),
      decodesInOrder: this.#unpacked.kind() !== "plain",
      version: 0,
      uuid: "",
      createdAt: 0,
      headerSize: 0,
      blobBufferOffset: 0,
      blobBufferSize: 0,
      headerStanding: "sound",
      headerChecksum: { ok: false, stated: "", computed: "" },
      configs: [],
      devices: [device],
      totalClusters: clusters,
      findings: [],
    };
  }

  /** @returns {ScanReport} */
  report() {
    const size = this.#size();
    const missing = this.#disk.lostBytes();
    if (this.#isScanned) this.#count(size);
    const [full = 0, partial = 0, zero = 0, lost = 0, doubt = 0] = this.#counts ?? [];
    const total = Math.ceil(size / CLUSTER);
    const other = { missing: lost, twice: 0, cut: 0, doubtedFull: doubt, doubtedPartial: 0 };
    return {
      container: this.#unpacked.report(),
      extents: NO_EXTENTS,
      devices: [
        {
          id: ID,
          storedBytes: this.#stored,
          zeroBytes: Math.max(0, size - this.#stored - missing),
          missingBytes: missing,
          doubtBytes: this.#isScanned ? this.#doubt(size) : 0,
          clusters: { total, full: full + doubt, partial, zero, ...other },
          imageSize: size,
        },
      ],
      undeclared: [],
      // Of what is packed it is known only at the end how long it is.
      overview: this.overview(),
      findings: [],
    };
  }

  /**
   * Bytes that what it is packed in speaks against, as far as it is known where they are.
   * @param {number} size
   */
  #doubt(size) {
    let sum = 0;
    for (const [start, end, kind] of this.#gaps(0, size)) {
      if (kind === IN_DOUBT) sum += end - start;
    }
    return sum;
  }

  /**
   * What cannot be had of a range of the disk, or has something that speaks against it.
   * @param {number} from
   * @param {number} to
   * @returns {Generator<readonly [number, number, number]>}
   */
  *#gaps(from, to) {
    const bytes = this.#disk.bytes();
    try {
      for (let at = from; at < to;) {
        const gap = bytes.gap(BigInt(at), BigInt(to));
        if (!gap) return;
        const [start = 0n, end = 0n, kind = 0n] = gap;
        const until = Math.min(Number(end), to);
        yield [Math.max(Number(start), at), until, Number(kind)];
        at = Math.max(until, at + 1);
      }
    } finally {
      bytes.free();
    }
  }

  /** @param {number} size */
  #count(size) {
    if (this.#counts) return;
    this.#stored = bytesHad(this.#stretches(0), this.#gaps(0, size));
    const to = Math.ceil(size / CLUSTER);
    const whole = { size, from: 0, to, cells: 1 };
    this.#counts = counted(this.#stretches(0), this.#gaps(0, size), whole);
  }

  /**
   * What is stored from a byte on.
   * @param {number} from
   * @returns {Generator<readonly [number, number]>}
   */
  *#stretches(from) {
    for (let at = BigInt(from); ;) {
      const part = this.#whole.stored(at, STRETCHES);
      if (part.length === 0) return;
      for (let i = 0; i + 1 < part.length; i += 2) {
        at = part[i + 1] ?? at;
        yield [Number(part[i]), Number(at)];
      }
    }
  }

  fileName() {
    return {
      ...{ accepted: false, problem: null, named: null, right: "", vmid: null, message: null },
      ...{ timeFrom: /** @type {const} */ ("nowhere"), standard: false, costs: [], remarks: [] },
    };
  }

  vmSummary() {
    return undefined;
  }

  leftOut() {
    return undefined;
  }

  config() {
    return new Uint8Array(0);
  }

  findings() {
    return [];
  }

  assumeSize() {
    return false;
  }

  scanWants() {
    return new Float64Array(0);
  }

  /**
   * What is packed is unpacked once, which tells its length and what its checksums say; else
   * there is nothing to do.
   */
  scanStep() {
    if (!this.#isScanned) {
      const bytes = this.#unpacked.bytes();
      const isUnpacked = bytes.approach(END, END, WORK_PER_STEP);
      this.#isScanned = isUnpacked && this.#unpacked.verifyStep(WORK_PER_STEP);
      bytes.free();
    }
    const fileBytes = this.#isScanned ? this.#fileSize : this.#unpacked.fileBytes();
    const none = { extents: 0, clusters: 0, totalClusters: 0, findings: 0 };
    return { done: this.#isScanned, fileBytes, fileSize: this.#fileSize, ...none };
  }

  isScanned() {
    return this.#isScanned;
  }

  takeKeptScan() {
    return false;
  }

  scanToKeep() {
    return undefined;
  }

  keptScanHolds() {
    return true;
  }

  restartScan() {}

  unwatch() {}

  takePlaced() {
    return [];
  }

  unpackOn() {
    return true;
  }

  /** @param {(disk: any) => DiskContents | undefined} look */
  setLook(look) {
    this.#look = look;
  }

  diskContentsStep() {
    if (this.#isScanned) this.#contents ??= this.#look?.(this.#disk.bytes());
    return true;
  }

  diskContents() {
    return this.#contents;
  }

  /** @param {number} device 0 for the file, or what is packed in it */
  bytesAsTheyAre(device) {
    return device === 0 ? this.#unpacked.bytes() : this.#disk.bytes();
  }

  archiveSeen() {
    const bytes = this.#unpacked.bytes();
    const size = bytes.size() ?? 0n;
    bytes.free();
    return Number(size);
  }

  /**
   * Each with a place where it is stored, which is that on the disk.
   * @param {number} _device
   * @param {number} from
   * @param {number} count
   */
  imageRuns(_device, from, count) {
    const size = this.#size();
    const part = this.#whole.stored(BigInt(from), count);
    const runs = [];
    let at = from;
    for (let i = 0; i + 1 < part.length; i += 2) {
      const [start, end] = [Number(part[i]), Number(part[i + 1])];
      if (start > at) runs.push(start - at, -1);
      runs.push(end - start, start);
      at = end;
    }
    if (part.length < 2 * count && at < size) runs.push(size - at, -1);
    return Float64Array.from(runs);
  }

  imageSize() {
    return this.#size();
  }

  imageLost() {
    return this.#disk.lostBytes();
  }

  /**
   * @param {number} _device
   * @param {number} offset
   * @param {number} length
   */
  imageRead(_device, offset, length) {
    const bytes = this.#whole.bytes();
    const into = new Uint8Array(length);
    const count = bytes.read(BigInt(offset), into);
    bytes.free();
    return into.subarray(0, count);
  }

  isZero() {
    return false;
  }

  timesUnpacked() {
    return 1;
  }

  lostMap() {
    return undefined;
  }

  facts() {
    const disk = { id: ID, name: NAME, size: BigInt(this.#size()) };
    return { uuid: this.#uuid, ctime: 0n, configs: [], devices: [disk] };
  }

  diskBytes() {
    return this.#disk.whole();
  }

  /**
   * @param {number} _device
   * @param {number} from
   * @param {number} to
   * @param {number} cells
   */
  countDisk(_device, from, to, cells) {
    const size = this.#size();
    const clusters = Math.ceil(size / CLUSTER);
    const [first, end] = [Math.min(from, clusters), Math.min(to, clusters)];
    const range = { size, from: first, to: end, cells };
    const [start, until] = [first * CLUSTER, Math.min(end * CLUSTER, size)];
    return {
      step: () => true,
      picture: () => ({
        ...{ from: first, to: end, clusters, size, cells },
        counts: counted(this.#stretches(start), this.#gaps(start, until), range),
        places: new Float64Array(2 * cells).fill(-1),
      }),
      free: () => {},
    };
  }

  free() {
    this.#whole.free();
    this.#disk.free();
    this.#unpacked.free();
  }
}

/** @type {import("../../core/vma_inspector.js").ExtentStatistics} */
const NO_EXTENTS = {
  ...{ count: 0, checked: 0, broken: 0, clustersMin: 0, clustersMax: 0, clustersMean: 0 },
  ...{ headerBytes: 0, dataBytes: 0, skippedBytes: 0, deviceSwitches: 0, mixed: 0 },
  clustersOutOfOrder: 0,
};
