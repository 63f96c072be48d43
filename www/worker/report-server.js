/**
 * In the Worker: what the report is made of. The report itself is put together
 * here, a piece at a time, since its findings may be many.
 */
import { Archive } from "../core/vma_inspector.js";
import { asText } from "../shared/as-text.js";
import { isFault } from "../shared/failure.js";
import { shownJson } from "../shared/hidden.js";
import { MASK, maskedConfig, maskedFacts } from "../shared/secrets.js";
import { nextTurn } from "./turn.js";

/** @typedef {import("../shared/messages.js").ReportFacts} ReportFacts */
/** @typedef {import("../shared/messages.js").Trust} Trust */
/** @typedef {import("../core/vma_inspector.js").ScanReport} ScanReport */

export const SCHEMA = "vma-inspector-report/1";

/** Lost ranges of a disk that the page shows, of all disks, and that the report lists of one. */
const RANGES_SHOWN = 20;
const RANGES_SHOWN_OF_ALL = 1000;
const RANGES_REPORTED = 100_000;

/** Findings that are put together by what they are about, at most. */
const PLACED_MAX = 1000;

/** Findings that are turned into text at once. */
const FINDINGS_AT_ONCE = 2000;

/**
 * @param {Archive} archive
 * @param {string} name of the file
 * @returns {Trust}
 */
export function trustOf(archive, name) {
  const devices = archive.overview().devices;
  // Of many disks, a few of each: they all stand on one page.
  const shown = Math.min(RANGES_SHOWN, Math.ceil(RANGES_SHOWN_OF_ALL / (devices.length + 1)));
  const damage = devices.map(({ id }) => ({
    deviceId: id,
    lost: rangesOf(archive.lostRanges(id, shown)),
    doubt: rangesOf(archive.doubtRanges(id, shown)),
  }));
  return {
    proxmox: archive.proxmox(),
    restore: archive.proxmoxRestore(name),
    leftOut: archive.leftOut() ?? null,
    summary: archive.vmSummary() ?? null,
    damage: damage.filter(({ lost, doubt }) => lost.count + doubt.count > 0),
    places: archive.places(PLACED_MAX) ?? null,
  };
}

/** @param {import("../core/vma_inspector.js").LostRanges} found */
function rangesOf({ count, bytes, first }) {
  const ranges = [];
  for (let at = 0; at < first.length; at += 2) {
    ranges.push({ offset: first[at] ?? 0, length: first[at + 1] ?? 0 });
  }
  return { count, bytes, ranges };
}

/**
 * The report as the text of a JSON file.
 * @param {Archive} archive
 * @param {ScanReport} scanned
 * @param {ReportFacts} facts what only the page knows
 * @param {AbortSignal} signal
 * @returns {Promise<Blob>}
 */
export async function reportOf(archive, scanned, facts, signal) {
  const overview = archive.overview();
  const { configs, devices } = overview;
  const machine = archive.vmSummary() ?? null;
  const groups = scanned.findings.length > 0 ? scanned.findings : overview.findings;
  const whole = {
    schema: SCHEMA,
    createdAt: new Date().toISOString(),
    program: { name: "VMA Inspector", version: Archive.version() },
    file: facts.file,
    fileName: archive.fileName(facts.file.name),
    verdict: facts.verdict,
    proxmox: archive.proxmox(),
    restore: restoreOf(archive, facts),
    container: { ...scanned.container, verdict: facts.containerVerdict },
    scan: {
      phase: facts.phase,
      scannedAt: facts.scannedAt,
      extents: scanned.extents,
      undeclared: scanned.undeclared,
    },
    header: headerOf(overview),
    machine: facts.withSecrets ? machine : maskedMachine(machine),
    configs: configs.map((config) => configOf(archive, config, facts)),
    devices: devices.map((device) => ({
      ...device,
      ...scanned.devices.find(({ id }) => id === device.id),
      lost: rangesOf(archive.lostRanges(device.id, RANGES_REPORTED)),
      doubt: rangesOf(archive.doubtRanges(device.id, RANGES_REPORTED)),
      contents: facts.contents[device.id] ?? null,
      sha256: facts.hashes[device.id]?.sha256 ?? null,
      sha256Of: facts.hashes[device.id]?.of ?? null,
    })),
    saves: facts.saves,
    findingGroups: groups,
  };
  const text = shownJson(JSON.stringify(whole, null, 2));
  const list = await findingsText(archive, groups, signal);
  return new Blob([text.slice(0, -2), ',\n  "findings": [', ...list, "]\n}\n"], {
    type: "application/json",
  });
}

/** @param {import("../core/vma_inspector.js").VmSummary | null} machine */
function maskedMachine(machine) {
  // A person writes down there what others need not read.
  return machine && maskedFacts({ ...machine, notes: machine.notes && MASK });
}

/**
 * @param {Archive} archive
 * @param {ReportFacts} facts
 */
function restoreOf(archive, { file, withSecrets }) {
  const restore = archive.proxmoxRestore(file.name);
  const { warnings, leftOut } = restore;
  if (withSecrets) return restore;
  return { ...restore, warnings: maskedFacts(warnings), leftOut: maskedFacts(leftOut) };
}

/**
 * @param {Archive} archive
 * @param {import("../core/vma_inspector.js").ConfigEntry} config
 * @param {Pick<ReportFacts, "withConfigs" | "withSecrets">} facts
 */
function configOf(archive, { name, size, index }, { withConfigs, withSecrets }) {
  if (!withConfigs) return { name, size, text: null, masked: true };
  const whole = asText(archive.config(index));
  const text = whole === null || withSecrets ? whole : maskedConfig(name, whole);
  return { name, size, text, masked: text !== whole };
}

/** @param {import("../core/vma_inspector.js").Overview} overview */
function headerOf(overview) {
  const { container, version, uuid, createdAt, headerSize } = overview;
  const { blobBufferOffset, blobBufferSize, headerChecksum, totalClusters } = overview;
  return {
    container,
    version,
    uuid,
    createdAt,
    headerSize,
    blobBufferOffset,
    blobBufferSize,
    headerChecksum,
    totalClusters,
  };
}

/**
 * Every finding that the core keeps, one a line.
 * @param {Archive} archive
 * @param {import("../core/vma_inspector.js").FindingGroup[]} groups
 * @param {AbortSignal} signal
 */
async function findingsText(archive, groups, signal) {
  const pieces = [];
  for (const { code, listed } of groups) {
    for (let from = 0; from < listed; from += FINDINGS_AT_ONCE) {
      const found = archive.findings(code, from, FINDINGS_AT_ONCE);
      const lines = found.map((finding) => `\n    ${shownJson(JSON.stringify(finding))}`).join(",");
      pieces.push(new Blob([pieces.length > 0 ? "," : "", lines]));
      await nextTurn();
      signal.throwIfAborted();
    }
  }
  return pieces.length > 0 ? [...pieces, "\n  "] : pieces;
}

/**
 * What Proxmox's own program would say of a file that was refused here; null
 * where it does not come to see an archive.
 * @param {import("./source/any-source.js").AnySource} source
 * @param {boolean} largeWindow
 */
export function proxmoxOfRefused(source, largeWindow) {
  return orNull(() => Archive.proxmoxOfRefused(source, largeWindow));
}

/**
 * @template Value
 * @param {() => Value} ask
 */
function orNull(ask) {
  try {
    return ask();
  } catch (error) {
    // A fault has to end the Worker.
    if (isFault(error)) throw error;
    return null;
  }
}
