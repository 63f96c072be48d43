/**
 * A save from the click to its end, as a machine: what an event makes of it, and
 * what has to be done then. Pure; `runner.js` does it.
 */
import { failure } from "../../shared/failure.js";
import { isDoubtful, isLive, isWorse, isWritten, lostBytes, newlyLost } from "../save.js";

/** @typedef {import("../../shared/messages.js").Failure} Failure */
/** @typedef {import("../../shared/messages.js").Saved} Saved */
/** @typedef {import("../../shared/messages.js").SaveWhat} SaveWhat */
/** @typedef {import("../model.js").Doubt} Doubt */
/** @typedef {import("../../core/vma_inspector.js").DoubtTaken} DoubtTaken */
/** @typedef {import("../model.js").Save} Save */
/**
 * What happens to a save:
 * allowed: nothing holds it back any more; `missing`: null while it is not known;
 * `doubt`: as far as it is known;
 * answered: its question; delayed: until another save has given back memory; begun: it is known where it goes; started: the browser
 * takes it; read: all of the disks was read; kept, dropped: the file that was
 * written; let: the person has it downloaded; taken: the download has all of it;
 * refused: by the browser, or by the person in its list of downloads.
 * @typedef {{ type: "allowed", missing: number | null, doubt: Doubt, what: SaveWhat, passIsFree: boolean }
 *   | { type: "answered", keep: boolean, marked: boolean, doubt: DoubtTaken, passIsFree: boolean }
 *   | { type: "cancelled" }
 *   | { type: "held" }
 *   | { type: "delayed", by: string }
 *   | { type: "begun", file: Partial<Save["file"]> }
 *   | { type: "started" }
 *   | { type: "progressed", progress: Partial<Save["progress"]> }
 *   | { type: "read", saved: Pick<Saved, "size" | "lost" | "beginsLike" | "missed">, doubt: Doubt }
 *   | { type: "kept", downloads: boolean, mayDownload: boolean }
 *   | { type: "dropped" }
 *   | { type: "let" }
 *   | { type: "taken" }
 *   | { type: "mapped", maps: Save["gaps"]["maps"] }
 *   | { type: "refused" }
 *   | { type: "failed", failure: Failure }} FlowEvent
 */
/**
 * What is to be done:
 * begin: find where it goes, and have it made; commit: keep what was written, or
 * drop it; break-off: end everything that goes on for it; download: hand the
 * finished file to the browser; hash: the disks that have no hash yet; map: what
 * is lost or in doubt.
 * @typedef {{ kind: "begin" }
 *   | { kind: "commit", keep: boolean }
 *   | { kind: "break-off", why: Failure }
 *   | { kind: "download" }
 *   | { kind: "hash", at: "read" | "end" }
 *   | { kind: "map" }} Effect
 */
/** @typedef {{ save: Save, effects: Effect[] }} Step */
/** @typedef {{ [Type in FlowEvent["type"]]: (save: Save, event: Extract<FlowEvent, { type: Type }>) => Step }} Steps */

/**
 * What an event makes of a save. What comes too late changes nothing.
 * @param {Save} save
 * @param {FlowEvent} event
 * @returns {Step}
 */
export function step(save, event) {
  if (!isLive(save) && event.type !== "mapped") return to(save, {});
  const take = /** @type {(save: Save, event: FlowEvent) => Step} */ (STEPS[event.type]);
  return take(save, event);
}

/** @type {Steps} */
const STEPS = {
  allowed(save, { missing, doubt, what, passIsFree }) {
    if (save.phase !== "waiting") return to(save, {});
    const gaps = { ...save.gaps, missing: missing ?? 0, doubt };
    const known = { ...save, what, gaps };
    const isHurt = gaps.missing > 0 || isDoubtful(doubt);
    return isHurt && !gaps.agreed ? asks(known) : starts(known, passIsFree);
  },

  answered(save, { keep, marked, doubt, passIsFree }) {
    if (save.phase !== "asking") return to(save, {});
    if (isWritten(save)) return commits(save, keep);
    if (!keep) return ends(save, "cancelled", failure("aborted", "declined on the page"));
    const gaps = { ...save.gaps, agreed: true };
    return starts({ ...save, gaps, what: asAnswered(save.what, marked, doubt) }, passIsFree);
  },

  cancelled(save) {
    // What is being completed cannot be taken back any more.
    if (save.phase === "finishing") return to(save, {});
    if (isWritten(save) && save.phase === "asking") return commits(save, false);
    return ends(save, "cancelled", failure("aborted", "cancelled on the page"));
  },

  held: (save) => (save.phase === "starting" ? to(save, { phase: "held" }) : to(save, {})),

  delayed(save, { by }) {
    if (save.phase !== "starting") return to(save, {});
    return to(save, { phase: "waiting", waitsFor: { kind: "save", id: by } });
  },

  begun(save, { file }) {
    if (save.phase !== "starting") return to(save, {});
    const placed = { ...save.file, ...file, begun: true };
    return to(save, { file: placed, phase: placed.way === "download" ? "starting" : "running" });
  },

  started: (save) => to(save, save.phase === "starting" ? { phase: "running" } : {}),

  progressed: (save, { progress }) => to(save, { progress: { ...save.progress, ...progress } }),

  read(save, { saved, doubt }) {
    const known = {
      ...save,
      gaps: { ...save.gaps, lost: saved.lost, doubt, leftOut: saved.missed ?? [] },
      file: { ...save.file, size: saved.size, beginsLike: saved.beginsLike },
    };
    // What came in the backup's order is hashed once the file can be read.
    /** @type {Effect[]} */
    const hash = save.what.kind === "one-pass" ? [] : [{ kind: "hash", at: "read" }];
    if (save.file.way === "download") {
      return known.file.taken ? done(known, hash) : to(known, {}, hash);
    }
    const isNews = newlyLost(known) > 0 || isWorse(doubt, save.gaps.doubt);
    const next = isNews ? asks(known) : commits(known, true);
    return { save: next.save, effects: [...hash, ...next.effects] };
  },

  kept(save, { downloads, mayDownload }) {
    if (save.phase !== "finishing") return to(save, {});
    if (downloads && !mayDownload) return to(save, { phase: "held" });
    return done(save, downloads ? [{ kind: "download" }] : []);
  },

  dropped: (save) => to(still(save), { phase: "cancelled" }),

  let(save) {
    if (save.phase !== "held") return to(save, {});
    if (isWritten(save)) return done(save, [{ kind: "download" }]);
    return to(save, { phase: "starting" }, [{ kind: "begin" }]);
  },

  // The two say so by different ways, and the Worker may be the later one.
  taken(save) {
    const file = { ...save.file, taken: true };
    return isWritten(save) ? done({ ...save, file }, []) : to(save, { file });
  },

  mapped: (save, { maps }) => to(save, { gaps: { ...save.gaps, maps } }),
  refused: (save) => ends(save, "refused", failure("aborted", "refused by the browser")),

  failed(save, { failure: told }) {
    // A finished file that waits for its click needs nobody any more.
    if (save.phase === "held" && isWritten(save)) return to(save, {});
    const { save: ended, effects } = ends(save, "failed", told);
    return to(ended, { failure: told }, effects);
  },
};

/**
 * @param {Save} save
 * @param {Partial<Save>} change
 * @param {Effect[]} [effects]
 * @returns {Step}
 */
function to(save, change, effects = []) {
  return { save: Object.keys(change).length > 0 ? { ...save, ...change } : save, effects };
}

/**
 * @param {Save} save
 * @returns {Save}
 */
function still(save) {
  return { ...save, progress: { ...save.progress, pace: null } };
}

/** @param {Save} save */
function asks(save) {
  return to(still(save), { phase: "asking" });
}

/**
 * Two passes at once would each begin the scan anew: one waits for the other.
 * @param {Save} save
 * @param {boolean} passIsFree
 */
function starts(save, passIsFree) {
  if (save.what.kind === "one-pass" && !passIsFree) {
    return to(still(save), { phase: "waiting", waitsFor: { kind: "pass" } });
  }
  return to(save, { phase: "starting" }, [{ kind: "begin" }]);
}

/**
 * @param {Save} save
 * @param {boolean} keep
 */
function commits(save, keep) {
  return to(still(save), { phase: "finishing" }, [{ kind: "commit", keep }]);
}

/**
 * @param {Save} save
 * @param {"cancelled" | "refused" | "failed"} phase
 * @param {Failure} why
 */
function ends(save, phase, why) {
  return to(still(save), { phase }, [{ kind: "break-off", why }]);
}

/**
 * @param {Save} save
 * @param {Effect[]} effects
 */
function done(save, effects) {
  const taken = save.file.size ?? save.progress.taken;
  const progress = { ...save.progress, taken, pace: null };
  /** @type {Effect[]} */
  const after = [...effects, { kind: "hash", at: "end" }];
  if ((lostBytes(save) ?? 0) > 0 || save.gaps.doubt.bytes > 0) after.push({ kind: "map" });
  return to(save, { phase: "done", progress }, after);
}

/**
 * What is missing, marked by a text, and zeros for what is in doubt, come by in no
 * pass through the backup.
 * @param {SaveWhat} what
 * @param {boolean} marked
 * @param {DoubtTaken} doubt
 * @returns {SaveWhat}
 */
function asAnswered(what, marked, doubt) {
  if (what.kind === "disk") return { ...what, marked, doubt };
  if (what.kind === "appliance") return { ...what, doubt };
  if (what.kind === "files") return what;
  if (!marked && doubt === "as-it-is") return what;
  return { kind: "disk", deviceId: what.deviceId, format: what.format, marked, doubt };
}
