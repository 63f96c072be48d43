/** The one state value of the page, and how events change it. Pure. */
import { changedBackups } from "./backups.js";
import { askedSave, deviceOf, isLive, isOfFiles } from "./save.js";
import { changedAround } from "./around.js";
import { changedScreen, FIRST_SCREEN } from "./screen.js";

/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").PageEvent} PageEvent */
/** @typedef {import("./model.js").ShownArchive} ShownArchive */
/** @typedef {import("./model.js").Scan} Scan */
/** @typedef {import("./model.js").Save} Save */

/** @type {Scan} */
const NEW_SCAN = {
  phase: "running",
  progress: null,
  report: null,
  pace: null,
  failure: null,
  scannedAt: null,
};

/** @type {import("./model.js").Elsewhere} */
const NOTHING_ELSEWHERE = {
  keepsMacs: true,
  compressed: true,
  format: "qcow2",
  facts: null,
  texts: null,
};

/** @type {State} */
export const INITIAL = {
  dragging: "no",
  opening: null,
  failure: null,
  archive: null,
  backups: null,
  saves: [],
  abilities: null,
  question: null,
  screen: FIRST_SCREEN,
  format: "qcow2",
  keeping: { wanted: true, usage: null },
  recent: { wanted: false, list: [] },
  policies: {},
  askedElsewhere: 0,
  askedOfOwn: 0,
  newer: "none",
  stored: null,
  removed: false,
  announcement: { text: "", serial: 0 },
};

/** Findings of a list that are asked for, and shown, at once. */
export const FINDINGS_PER_PAGE = 50;

/**
 * @param {State} state
 * @param {PageEvent} event
 * @returns {State}
 */
export function update(state, event) {
  const screen = changedScreen(state.screen, event);
  const backups = changedBackups(state.backups, event);
  const isSame = screen === state.screen && backups === state.backups;
  const next = changed(isSame ? state : { ...state, screen, backups }, event);
  const question = askedSave(next.saves, next.question, next.archive?.id)?.id ?? null;
  return question === next.question ? next : { ...next, question };
}

/**
 * @param {State} state
 * @param {PageEvent} event
 * @returns {State}
 */
function changed(state, event) {
  switch (event.type) {
    case "drag-moved":
      return state.dragging === event.over ? state : { ...state, dragging: event.over };
    case "file-chosen": {
      const { name, size: bytes } = event.file;
      return { ...stopped(state), dragging: "no", opening: { name, size: bytes }, failure: null };
    }
    case "files-chosen":
      return { ...state, dragging: "no", failure: null };
    case "drop-refused":
      return {
        ...state,
        dragging: "no",
        failure: { file: null, failure: event.failure, again: null, sentence: null },
      };
    case "backups-listed":
    case "backups-back":
      return { ...state, opening: null, archive: null, failure: null };
    case "failure-dismissed":
      return { ...state, failure: null };
    case "open-failed":
      return { ...state, opening: null, failure: failed(event) };
    case "opened":
      return { ...state, opening: null, archive: shown(event) };
    case "worker-ended":
      return died(state, event.failure);
    case "said":
      return { ...state, announcement: spoken(state, event.text) };
    case "format-chosen":
      return { ...state, format: event.format };
    case "save-started":
      return { ...state, saves: [...otherSaves(state, event.save), event.save] };
    case "save-dismissed":
      return { ...state, saves: state.saves.filter(({ id }) => id !== event.id) };
    case "save-changed":
      return { ...state, saves: state.saves.map((s) => (s.id === event.save.id ? event.save : s)) };
    default:
      return withArchive(changedAround(state, event), (archive) =>
        changedArchive(chosen(archive, event), event),
      );
  }
}

/**
 * What a person chose of an archive.
 * @param {ShownArchive} archive
 * @param {PageEvent} event
 * @returns {ShownArchive}
 */
function chosen(archive, event) {
  switch (event.type) {
    case "findings-wanted":
      return withWanted(archive, event);
    case "way-chosen":
      return { ...archive, ways: new Map(archive.ways).set(event.deviceId, event.way) };
    case "elsewhere-chosen":
      return { ...archive, elsewhere: { ...archive.elsewhere, ...event.choice } };
    case "configs-wanted":
      return { ...archive, withConfigs: event.wanted };
    case "secrets-wanted":
      return { ...archive, withSecrets: event.wanted };
    default:
      return archive;
  }
}

/**
 * The same words may be said again.
 * @param {State} state
 * @param {string} text
 */
function spoken({ announcement: { serial } }, text) {
  return { text, serial: serial + 1 };
}

/** @param {Extract<PageEvent, { type: "open-failed" }>} event */
function failed({ file, failure, again, sentence }) {
  return { file, failure, again, sentence };
}

/**
 * @param {Extract<PageEvent, { type: "opened" }>} event
 * @returns {ShownArchive}
 */
function shown({ file, parts, archive, changedSince }) {
  const { archive: id, overview, summary, fileName, leftOut, image } = archive;
  const none = {
    configs: new Map(),
    findings: new Map(),
    lost: new Map(),
    formats: new Map(),
    timesUnpacked: new Map(),
    beginsLike: new Map(),
    hits: [],
    ways: new Map(),
    hashes: new Map(),
    contents: new Map(),
    guests: [],
    diskPictures: new Map(),
    filePicture: null,
    elsewhere: NOTHING_ELSEWHERE,
    withConfigs: true,
    withSecrets: false,
  };
  const known = { id, file, parts, overview, image, summary, fileName, leftOut, changedSince };
  return { ...known, trust: null, scan: NEW_SCAN, gone: null, ...none };
}

/**
 * @param {State} state
 * @param {(archive: ShownArchive) => ShownArchive} change
 * @returns {State}
 */
function withArchive(state, change) {
  if (!state.archive) return state;
  const archive = learned(change(state.archive), state.archive);
  return archive === state.archive ? state : { ...state, archive };
}

/**
 * Where the header is lost, disks become known as the scan finds them.
 * @param {ShownArchive} archive
 * @param {ShownArchive} before
 * @returns {ShownArchive}
 */
function learned(archive, before) {
  const overview = archive.scan.report?.overview;
  if (!overview || archive.scan.report === before.scan.report) return archive;
  return isSame(overview.devices, archive.overview.devices) ? archive : { ...archive, overview };
}

/**
 * Names may be long, so nothing is made of them.
 * @param {ShownArchive["overview"]["devices"]} devices
 * @param {ShownArchive["overview"]["devices"]} others
 */
function isSame(devices, others) {
  if (devices.length !== others.length) return false;
  return devices.every((device, at) => {
    const other = new Map(Object.entries(others[at] ?? {}));
    return Object.entries(device).every(([name, value]) => other.get(name) === value);
  });
}

/**
 * What was known at the opening, unless the header came up only later: the same objects, so
 * that nothing which a person has opened is drawn anew.
 * @param {ShownArchive} before
 * @param {import("../shared/messages.js").Trust} trust
 */
function knownAtLast(before, { leftOut, summary }) {
  return { leftOut: kept(before.leftOut, leftOut), summary: kept(before.summary, summary) };
}

/**
 * @template Facts
 * @param {Facts} before
 * @param {Facts} now
 */
function kept(before, now) {
  return JSON.stringify(before) === JSON.stringify(now) ? before : now;
}

/**
 * Opening another file stops the scan; should that fail, it can be continued.
 * @param {State} state
 */
function stopped(state) {
  return withArchive(state, (archive) =>
    archive.scan.phase === "running"
      ? withScan(archive, { phase: "stopped", pace: null })
      : archive,
  );
}

/**
 * Without its Worker nothing more can be asked of the archive.
 * @param {State} state
 * @param {import("../shared/messages.js").Failure} failure
 * @returns {State}
 */
function died(state, failure) {
  const file = state.opening ?? state.archive?.file ?? null;
  return {
    ...state,
    opening: null,
    archive: null,
    failure: { file, failure, again: null, sentence: null },
  };
}

/**
 * @param {ShownArchive} archive
 * @param {PageEvent} event
 * @returns {ShownArchive}
 */
function changedArchive(archive, event) {
  if (!("archive" in event) || event.archive !== archive.id) return archive;
  switch (event.type) {
    case "file-gone":
      return { ...withScan(archive, formerScan(archive.scan, event)), gone: event.failure };
    case "file-back":
      return { ...archive, gone: null };
    case "scan-started":
      return withScan(archive, { ...archive.scan, phase: "running", failure: null });
    case "scan-progressed":
      return withScan(archive, {
        progress: event.update.progress,
        report: event.update.report ?? archive.scan.report,
        pace: event.pace,
      });
    case "scan-finished":
      return withScan(archive, {
        ...event.update,
        phase: event.update.scannedAt === null ? "done" : "kept",
        pace: null,
      });
    case "scan-stopped":
      return withScan(archive, { phase: "stopped", pace: null });
    case "scan-failed":
      return withScan(archive, { phase: "failed", pace: null, failure: event.failure });
    case "size-taken":
      return withScan(archive, { report: event.report });
    case "config-arrived":
      return { ...archive, configs: new Map(archive.configs).set(event.index, event.content) };
    case "findings-arrived":
      return withFindings(archive, event);
    case "trust-arrived":
      return { ...archive, trust: event.trust, hits: [], ...knownAtLast(archive, event.trust) };
    case "hits-told":
      return { ...archive, hits: [...archive.hits, event.told] };
    case "formats-arrived":
      return {
        ...archive,
        formats: new Map(archive.formats).set(event.deviceId, event.formats),
        timesUnpacked: new Map(archive.timesUnpacked).set(event.deviceId, event.timesUnpacked),
      };
    case "beginning-arrived": {
      const beginsLike = new Map(archive.beginsLike).set(event.deviceId, event.beginsLike);
      return { ...archive, beginsLike };
    }
    case "elsewhere-arrived": {
      const { facts, texts } = event;
      return { ...archive, elsewhere: { ...archive.elsewhere, facts, texts } };
    }
    case "save-read":
      return withRead(archive, event.saved);
    case "hash-changed":
    case "hash-done":
    case "hash-failed":
    case "hash-dropped":
      return withHash(archive, event);
    default:
      return withLooks(archive, event);
  }
}

/**
 * What there is to be looked at of the disks.
 * @param {ShownArchive} archive
 * @param {PageEvent} event
 * @returns {ShownArchive}
 */
function withLooks(archive, event) {
  switch (event.type) {
    case "contents-arrived":
      return {
        ...archive,
        contents: new Map(event.contents.map((one) => [one.deviceId, one.contents])),
      };
    case "guest-told":
      return { ...archive, guests: withGuest(archive.guests, event) };
    case "disk-cells-arrived": {
      const diskPictures = new Map(archive.diskPictures).set(event.deviceId, event.picture);
      return { ...archive, diskPictures };
    }
    case "file-cells-arrived":
      return { ...archive, filePicture: event.picture };
    default:
      return archive;
  }
}

/**
 * @param {ShownArchive["guests"]} guests
 * @param {import("../shared/files.js").GuestOfVolume} guest
 */
function withGuest(guests, { volume, told }) {
  const key = JSON.stringify(volume);
  const others = guests.filter((each) => JSON.stringify(each.volume) !== key);
  return [...others, { volume, told }];
}

/**
 * @param {ShownArchive} archive
 * @param {Extract<PageEvent, { type: "findings-wanted" }>} event
 * @returns {ShownArchive}
 */
function withWanted(archive, { code, from }) {
  const page = archive.findings.get(code) ?? { from, items: [], failure: null };
  return { ...archive, findings: new Map(archive.findings).set(code, { ...page, wanted: from }) };
}

/**
 * Answers to what is no longer wanted are dropped.
 * @param {ShownArchive} archive
 * @param {Extract<PageEvent, { type: "findings-arrived" }>} event
 * @returns {ShownArchive}
 */
function withFindings(archive, { code, from, items, failure }) {
  if (archive.findings.get(code)?.wanted !== from) return archive;
  const page = { wanted: from, from, items, failure };
  return { ...archive, findings: new Map(archive.findings).set(code, page) };
}

/**
 * @param {ShownArchive} archive
 * @param {Partial<Scan>} scan
 * @returns {ShownArchive}
 */
function withScan(archive, scan) {
  return { ...archive, scan: { ...archive.scan, ...scan } };
}

/**
 * What was found of a file that is gone, was found then: as of a scan that was kept.
 * @param {Scan} scan
 * @param {Extract<PageEvent, { type: "file-gone" }>} event
 * @returns {Partial<Scan>}
 */
function formerScan({ phase }, { scannedAt }) {
  return phase === "done" ? { phase: "kept", scannedAt } : {};
}

/** @type {import("./model.js").Hash} */
const NO_HASH = {
  phase: "running",
  at: 0,
  size: 0,
  sha256: null,
  lost: 0,
  doubt: { bytes: 0, taken: "as-it-is" },
  failure: null,
};

/**
 * @param {ShownArchive} archive
 * @param {Extract<PageEvent, { type: `hash-${string}`, archive: number }>} event
 * @returns {ShownArchive}
 */
function withHash(archive, event) {
  const hashes = new Map(archive.hashes);
  const { deviceId } = event;
  const before = hashes.get(deviceId) ?? NO_HASH;
  if (event.type === "hash-dropped") hashes.delete(deviceId);
  else if (event.type === "hash-changed") {
    hashes.set(deviceId, { ...before, ...event.update, phase: "running", failure: null });
  } else if (event.type === "hash-failed") {
    hashes.set(deviceId, { ...before, phase: "failed", failure: event.failure });
  } else {
    const { sha256, size: bytes, lost, doubt } = event.hashed;
    const done = { ...NO_HASH, phase: /** @type {const} */ ("done"), at: bytes, size: bytes };
    hashes.set(deviceId, { ...done, sha256, lost, doubt });
    const found = { ...archive, hashes, lost: new Map(archive.lost).set(deviceId, lost) };
    return withScan(found, { report: event.hashed.report });
  }
  return { ...archive, hashes };
}

/**
 * All of some disks was read: what was found on the way.
 * @param {ShownArchive} archive
 * @param {import("../shared/messages.js").Saved} saved
 * @returns {ShownArchive}
 */
function withRead(archive, saved) {
  const lost = new Map(archive.lost);
  for (const { deviceId, bytes } of saved.lost) lost.set(deviceId, bytes);
  return { ...withScan(archive, { report: saved.report }), lost };
}

/**
 * A new save takes the place of an ended one of the same kind.
 * @param {State} state
 * @param {Save} save
 */
function otherSaves({ saves }, save) {
  return saves.filter(
    (other) =>
      isLive(other) ||
      other.archive !== save.archive ||
      deviceOf(other) !== deviceOf(save) ||
      isOfFiles(other) !== isOfFiles(save),
  );
}
