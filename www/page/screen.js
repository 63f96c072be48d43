/** What of an open archive a person looks at: a tab, lines of the list of disks. Pure. */
import { ROWS_SHOWN } from "./rows.js";

/** @typedef {import("./model.js").Screen} Screen */
/** @typedef {import("./model.js").PageEvent} PageEvent */

/** @type {Screen} */
export const FIRST_SCREEN = {
  tab: null,
  look: null,
  volume: null,
  hits: null,
  opened: new Set(),
  filter: "",
  rows: ROWS_SHOWN,
  isPrinted: false,
};

/**
 * @param {Screen} screen
 * @param {PageEvent} event
 * @returns {Screen}
 */
export function changedScreen(screen, event) {
  switch (event.type) {
    case "opened":
      return FIRST_SCREEN;
    case "tab-chosen":
      return { ...screen, tab: event.tab };
    case "placeChosen":
      return { ...screen, tab: "bytes", look: { of: event.of, at: event.offset } };
    case "volume-chosen":
      return { ...screen, tab: "files", volume: event.volume };
    case "hits-wanted":
      return { ...screen, tab: "files", volume: event.volume, hits: event.volume };
    case "look-moved":
      return { ...screen, look: event.look };
    case "address-followed":
      return {
        ...screen,
        tab: event.tab,
        look: event.look ?? screen.look,
        volume: event.volume === undefined ? screen.volume : event.volume,
      };
    case "disk-toggled": {
      const opened = new Set(screen.opened);
      if (!opened.delete(event.key)) opened.add(event.key);
      return { ...screen, opened };
    }
    case "disks-filtered":
      return { ...screen, filter: event.filter, rows: ROWS_SHOWN };
    case "more-disks-wanted":
      return { ...screen, rows: screen.rows + ROWS_SHOWN };
    case "printed":
      return { ...screen, isPrinted: event.isPrinted };
    default:
      return screen;
  }
}
