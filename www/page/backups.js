/** The list of many backups, as a part of the page's state. Pure. */

/** @typedef {import("./backups-model.js").Backups} Backups */
/** @typedef {import("./model.js").PageEvent} PageEvent */

/**
 * @param {Backups | null} backups
 * @param {PageEvent} event
 * @returns {Backups | null}
 */
export function changedBackups(backups, event) {
  if (event.type === "backups-listed") return listed(event);
  if (backups === null) return null;
  switch (event.type) {
    case "backups-closed":
      return null;
    case "backup-changed":
      return {
        ...backups,
        list: backups.list.map((each) =>
          each.key === event.key ? { ...each, ...event.change } : each,
        ),
      };
    case "backups-checking":
      return { ...backups, isChecking: event.isChecking };
    case "backups-filtered":
      return { ...backups, filter: event.filter };
    case "backups-sorted":
      return { ...backups, sort: turned(backups.sort, event.by) };
    case "backup-opened":
      return { ...backups, open: event.key };
    case "backups-back":
      return { ...backups, open: null };
    default:
      return backups;
  }
}

/**
 * @param {Extract<PageEvent, { type: "backups-listed" }>} event
 * @returns {Backups}
 */
function listed({ folder, isCut, list }) {
  const sort = { by: /** @type {const} */ ("made"), isDown: true };
  return { folder, isCut, list, sort, filter: "", isChecking: false, open: null };
}

/**
 * The same column once more turns the order; another begins as one would read it.
 * @param {Backups["sort"]} sort
 * @param {Backups["sort"]["by"]} by
 */
function turned(sort, by) {
  return { by, isDown: sort.by === by ? !sort.isDown : by === "made" || by === "size" };
}
