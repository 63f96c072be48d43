/** What Proxmox makes of the file's name, in words. */
import { text } from "./text.js";

/** @typedef {import("../core/vma_inspector.js").FileNameVerdict} Name */
/** @typedef {import("../core/vma_inspector.js").ContainerKind} Kind */

/** What Proxmox says of a name that it does not take. */
export const NAME_ERROR = "couldn't determine archive info";

/**
 * @param {Name} name
 * @param {Kind} container as the first bytes tell
 */
export function nameProblem({ problem, named, standard, message }, container) {
  if (problem === null) return standard ? text("file-name.fits") : text("file-name.other-form");
  if (problem === "date") return text("file-name.no-date", { error: message ?? NAME_ERROR });
  if (problem === "unfinished") return text("file-name.unfinished", { error: NAME_ERROR });
  if (problem === "container") {
    const inside = text(`file-name.inside.${container}`);
    const told = named ?? "plain";
    if (told === "plain") return text("file-name.wrong-plain", { inside });
    return text("file-name.wrong-ending", { told: text(`file-name.inside.${told}`), inside });
  }
  return text("file-name.other", { error: NAME_ERROR });
}

/** @param {Name} name */
export function renameHint({ vmid, timeFrom }) {
  const parts = [
    vmid === null && text("file-name.vmid"),
    timeFrom === "header" && text("file-name.time-from-header"),
    timeFrom === "nowhere" && text("file-name.time-from-nowhere"),
  ];
  return parts.filter(Boolean).join(" ");
}

/**
 * What does not fit between the name and the contents: a renamed old backup.
 * @param {Pick<Name, "remarks">} name
 */
export function nameRemarks({ remarks }) {
  return remarks.map(({ code, named, found }) =>
    code === "time-differs"
      ? text("file-name.time-differs", { named, found })
      : text("file-name.vmid-differs", { named, found }),
  );
}
