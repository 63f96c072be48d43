/** Which of many files are backups, by their names: whether they are one, its parts, or a list. */
import { partOf } from "../shared/part-name.js";

/** What Proxmox's web interface lists as a backup. */
const BACKUP = /\.vma(?:\.(?:zst|lzo|gz|bz2))?$/;
/** What lies beside a backup: its notes, the log of the job, a mark that it is not to be pruned. */
const BESIDE = /\.(?:notes|log|protected)$/;

/** @param {string} name */
export function isBackup(name) {
  return BACKUP.test(name);
}

/**
 * The name of a backup without its ending, on which that of its log stands.
 * @param {string} name
 */
export function stemOf(name) {
  return name.replace(BACKUP, "");
}

/**
 * What to make of files that were chosen together: the one that is a backup among what
 * lies beside it, a list of several, or what may be the parts of one.
 * @param {File[]} files
 * @returns {import("./model.js").PageEvent}
 */
export function eventOf(files) {
  const found = files.length === 1 ? files : files.filter(({ name }) => !BESIDE.test(name));
  const [only] = found;
  if (only && found.length === 1) return { type: "file-chosen", file: only };
  const whole = files.filter(({ name }) => isBackup(name) && partOf(name) === null);
  return whole.length > 1 ? { type: "backups-chosen", files } : { type: "files-chosen", files };
}
