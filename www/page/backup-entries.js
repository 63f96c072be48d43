/** The backups among many files, with what lies beside each; in which order, and which to take. Pure. */
import { partOf } from "../shared/part-name.js";
import { isBackup, stemOf } from "./backup-files.js";

/** @typedef {import("./backups-model.js").Backup} Backup */
/** @typedef {import("./backups-model.js").BackupFile} BackupFile */
/** @typedef {import("./backups-model.js").Backups} Backups */

/**
 * Parts of one backup are one entry.
 * @param {readonly { path: string, file: BackupFile }[]} found
 * @returns {{ list: Backup[], beside: Map<string, import("./backups-model.js").Beside> }} what lies
 *   beside each, by key
 */
export function backupsOf(found) {
  const files = new Map(found.map(({ path, file }) => [path, file]));
  /** @type {Map<string, BackupFile[]>} */
  const wholes = new Map();
  for (const [path, file] of files) {
    const key = isBackup(path) ? path : partOf(path)?.stem;
    if (key !== undefined) wholes.set(key, [...(wholes.get(key) ?? []), file]);
  }
  const list = [...wholes].map(([key, parts]) => newBackup(key, parts));
  const beside = new Map(
    list.map(({ key }) => [
      key,
      {
        notes: files.get(`${key}.notes`) ?? null,
        log: files.get(`${stemOf(key)}.log`) ?? null,
        isProtected: files.has(`${key}.protected`),
      },
    ]),
  );
  return { list, beside };
}

/**
 * @param {string} key
 * @param {BackupFile[]} files
 * @returns {Backup}
 */
function newBackup(key, files) {
  const name = key.split("/").at(-1) ?? key;
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const vmid = /^vzdump-qemu-(\d{1,20})-/.exec(name)?.[1] ?? null;
  return {
    ...{ key, name, files, size, vmid, machine: null, made: madeOf(name, files), leftOut: [] },
    ...{ notes: "", excluded: [], hasFailedLog: false, isProtected: false },
    ...{ phase: "new", done: 0, answer: null, failure: null },
  };
}

const TIME = /-(\d{4})_(\d\d)_(\d\d)-(\d\d)_(\d\d)_(\d\d)(?:\D|$)/;

/**
 * When it was made, as its name says, by this clock's zone, or as the file does.
 * @param {string} name
 * @param {BackupFile[]} files
 */
function madeOf(name, files) {
  const [, ...parts] = TIME.exec(name) ?? [];
  if (parts.length === 6) {
    const [year = 0, month = 1, day, hour, minute, second] = parts.map(Number);
    return new Date(year, month - 1, day, hour, minute, second).getTime() / 1000;
  }
  return Math.max(...files.map(({ lastModified }) => lastModified)) / 1000;
}

/**
 * Lines of vzdump's log: `loginfo("exclude disk '$name' '$volid' ($reason)")` in
 * qemu-server's `PVE/VZDump/QemuServer.pm`, and `Backup of VM $vmid failed` in
 * pve-manager's `PVE/VZDump.pm`.
 */
const EXCLUDED = /\bINFO: exclude disk '([^'\n]+)' '[^'\n]*' \(([^)\n]*)\)/g;
const FAILED = /\bERROR: Backup of VM \d+ failed\b/;

/**
 * What the log of a backup's job says was left out, and whether it failed.
 * @param {string} log
 */
export function saidByLog(log) {
  const excluded = [...log.matchAll(EXCLUDED)].map(([, disk = "", why = ""]) => ({ disk, why }));
  return { excluded, hasFailedLog: FAILED.test(log) };
}

/** The worst last. */
const TONES = ["good", "warning", "neutral", "damage"];

/** @param {Backup} backup */
function rank({ phase, answer }) {
  if (phase === "failed") return TONES.length + 1;
  return answer ? TONES.indexOf(answer.tone) : TONES.length;
}

/** @type {Record<Backups["sort"]["by"], (one: Backup, other: Backup) => number>} */
const ORDERS = {
  made: (one, other) => one.made - other.made,
  size: (one, other) => one.size - other.size,
  verdict: (one, other) => rank(one) - rank(other),
  machine: (one, other) => compare(labelOf(one), labelOf(other)),
};

const { compare } = new Intl.Collator(undefined, { numeric: true });

/** @param {Backup} backup */
function labelOf({ machine, vmid, name }) {
  return `${machine ?? ""} ${vmid ?? ""} ${name}`;
}

/**
 * Those that have the letters of the filter, in the order that was chosen; of equal ones
 * the newest comes first.
 * @param {Backups} backups
 */
export function shownBackups({ list, sort, filter }) {
  const wanted = filter.trim().toLowerCase();
  const order = ORDERS[sort.by];
  const sign = sort.isDown ? -1 : 1;
  return list
    .filter((each) => `${labelOf(each)} ${each.notes}`.toLowerCase().includes(wanted))
    .sort((a, b) => sign * order(a, b) || b.made - a.made);
}

/**
 * The newest backup of each machine that can be restored, if with a remark, by key; not
 * as long as one that is newer has yet to be checked, or may lie where nobody looked. Which
 * machine it is, its number says.
 * @param {Pick<Backups, "list" | "isCut">} backups
 * @returns {Set<string>}
 */
export function newestSound({ list, isCut }) {
  /** @type {Set<string>} */
  const newest = new Set();
  /** @type {Set<string>} */
  const decided = new Set();
  if (isCut) return newest;
  for (const { key, vmid, phase, answer } of [...list].sort(ORDERS.made).reverse()) {
    if (vmid === null || decided.has(vmid) || phase === "failed") continue;
    const isSound = answer?.tone === "good" || answer?.tone === "warning";
    if (phase !== "checked" || isSound) decided.add(vmid);
    if (phase === "checked" && isSound) newest.add(key);
  }
  return newest;
}
