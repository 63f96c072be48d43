/** What Proxmox makes of the file's name, in words. */

/** @typedef {import("../core/vma_inspector.js").FileNameVerdict} Name */
/** @typedef {import("../core/vma_inspector.js").ContainerKind} Kind */

/** What Proxmox says of a name that it does not take. */
export const NAME_ERROR = "couldn't determine archive info";

/** @type {Record<Kind, string>} */
const INSIDE = {
  plain: "a plain archive",
  zstd: "compressed by zstd",
  lzop: "compressed by lzop",
  gzip: "compressed by gzip",
  bzip2: "compressed by bzip2",
};

/**
 * @param {Name} name
 * @param {Kind} container as the first bytes tell
 */
export function nameProblem({ problem, named }, container) {
  if (problem === null) {
    return "It has the form that Proxmox gives its backups, and the ending fits what is inside.";
  }
  if (problem === "unfinished") {
    return `A name that ends in .dat is left behind by a backup job that did not come to its end. Proxmox does not restore it (“${NAME_ERROR}”). See above whether everything is in it before you rename it.`;
  }
  if (problem === "container") {
    const told = named === "plain" ? "is not compressed" : `is ${INSIDE[named ?? "plain"]}`;
    return `The ending says that it ${told}, and the first bytes say that it is ${INSIDE[container]}. Proxmox goes by the name and fails to unpack it.`;
  }
  return `Proxmox takes the machine, the time and the compression from the name alone. Restoring a file with another name it may refuse: “${NAME_ERROR}”.`;
}

/** @param {Name} name */
export function renameHint({ vmid, timeFrom }) {
  const parts = [
    vmid === null &&
      "For <vmid> put the number of the machine, as 100; any number that is free will do, since you choose the new one when restoring.",
    timeFrom === "header" &&
      "The time is the one in the header, in UTC; Proxmox would have written its own local time. It only has to be a time.",
    timeFrom === "nowhere" &&
      "The header holds no time that can be written like this: put in any, as 2025_01_31-02_00_00.",
  ];
  return parts.filter(Boolean).join(" ");
}
