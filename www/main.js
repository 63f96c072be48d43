/** Puts the page together: state, views, Worker and Service Worker. `start.js` loads it. */
import { Actions } from "./actions.js";
import { Address } from "./page/address.js";
import { Later, laterView } from "./later.js";
import { announcementOf } from "./page/announcements.js";
import { watchClicks } from "./page/download-gate.js";
import { DiskContents } from "./page/disk-contents.js";
import { Guests } from "./page/guest.js";
import { listenForFiles } from "./page/drop.js";
import { FileWatch } from "./page/file-watch.js";
import { Frames } from "./page/frames.js";
import { takeLaunched } from "./page/launched.js";
import { isLive } from "./page/save.js";
import { abilities } from "./page/saving/abilities.js";
import { Downloads } from "./page/saving/downloads.js";
import { RoomKeeper } from "./page/saving/room.js";
import { dropStaged } from "./page/saving/staged.js";
import { Pictures } from "./page/pictures.js";
import { INITIAL, update } from "./page/state.js";
import { service } from "./page/service.js";
import { Trust } from "./page/trust.js";
import { Upkeep } from "./page/upkeep.js";
import { WorkerClient } from "./page/worker-client.js";
import { watchAsked } from "./shared/asked.js";
import { failure } from "./shared/failure.js";
import { bytesView } from "./views/bytes-view.js";
import { devicesView } from "./views/devices-view.js";
import { failureView } from "./views/failure-view.js";
import { goneView } from "./views/gone-view.js";
import { arrivalView, formerView, headView } from "./views/head-view.js";
import { keptView } from "./views/kept-view.js";
import { keysView } from "./views/keys-view.js";
import { languageView } from "./views/language-view.js";
import { liveView } from "./views/live-view.js";
import { loadedPart } from "./views/loaded-part.js";
import { newerView } from "./views/newer-view.js";
import { openerView } from "./views/opener-view.js";
import { ownPolicyView } from "./views/own-policy-view.js";
import { scanView } from "./views/scan-view.js";
import { prepareStrips } from "./views/strip/frame.js";
import { tabsView, whenLookedAt } from "./views/tabs-view.js";
import { loadLater } from "./words/catalogue.js";

/** Where all files of the page are. */
const OWN_FOLDER = new URL("./", document.baseURI).href;

let state = INITIAL;
const frames = new Frames(drawFirst, drawDisks, drawRest);
const drawSoon = () => frames.soon();

const worker = new WorkerClient({
  died: (failure) => send({ type: "worker-ended", failure }),
  changed: (archive) => send({ type: "scan-contradicted", archive }),
  policy: (thread, policy) => send({ type: "policy-found", thread, policy }),
  asked: tellElsewhere,
  failed: (failure) => fileWatch.failed(failure),
});

const FILES_STYLES = new URL("./styles/files.css", import.meta.url);

/**
 * What each part below the list of disks is drawn by.
 * @type {[import("./page/model.js").Tab, (send: import("./page/model.js").Send) => (state: import("./page/model.js").State) => void][]}
 */
const parts = [
  ["files", (send) => loadedPart("files", () => loadFiles(send), FILES_STYLES)],
  ["elsewhere", laterView(loadElsewhere, drawSoon)],
  ["bytes", (send) => bytesView(send, worker)],
];

async function loadPartsOfBackup() {
  const [{ partsOfBackup }] = await Promise.all([import("./parts-later.js"), loadLater()]);
  return partsOfBackup;
}

async function loadPredictions() {
  const [{ predictionsAlone }] = await Promise.all([import("./parts-later.js"), loadLater()]);
  return predictionsAlone;
}

async function loadElsewhere() {
  const [{ elsewhereView }] = await Promise.all([import("./parts-later.js"), loadLater()]);
  return elsewhereView;
}

async function loadContents() {
  const [{ contentsOf }] = await Promise.all([import("./parts-later.js"), loadLater()]);
  return contentsOf;
}

async function loadKeysDialog() {
  const [{ keysDialog }] = await Promise.all([import("./parts-later.js"), loadLater()]);
  return keysDialog;
}

async function loadImage() {
  const [{ imageView }] = await Promise.all([import("./parts-later.js"), loadLater()]);
  return imageView;
}

/** @param {import("./page/model.js").Send} send */
async function loadFiles(send) {
  return (await import("./parts-later.js")).filesInside(send, worker);
}

/**
 * A view of what is judged of a backup: it sees no disk image.
 * @param {(state: import("./page/model.js").State) => void} view
 * @returns {(state: import("./page/model.js").State) => void}
 */
const ofBackups = (view) => (state) =>
  view(state.archive?.image ? { ...state, archive: null } : state);

/**
 * A view of what only a disk image has: of a backup none is loaded.
 * @param {(state: import("./page/model.js").State) => void} view
 * @returns {(state: import("./page/model.js").State) => void}
 */
const ofImages = (view) => (state) =>
  view(state.archive?.image ? state : { ...state, archive: null });

/** @param {Parameters<typeof laterView>[0]} load */
function ofLater(load) {
  return laterView(load, drawSoon)(send);
}

/** What is seen first, in one frame. */
const firstViews = [
  // First of all: it translates what the others find in the document.
  languageView(),
  ...[newerView, openerView].map((view) => view(send)),
  failureView(send, loadPredictions),
  goneView(send),
  ...[headView, scanView].map((view) => ofBackups(view(send))),
  ofImages(ofLater(loadImage)),
  liveView(),
  formerView(),
  ofBackups(arrivalView()),
];

/** The disks, and which parts there are below them. */
const disksView = devicesView(send, loadContents);
const partsView = tabsView(send);

/** What is below that, and the rest of the page. */
const otherViews = [
  ...parts.map(([tab, view]) => whenLookedAt(tab, view(send))),
  ofLater(loadPartsOfBackup),
  ...[keptView, ownPolicyView].map((view) => view(send)),
  keysView(send, loadKeysDialog),
];

const actions = new Actions(worker, send, () => state);
const trust = new Trust(worker, send, () => state);
const diskContents = new DiskContents(worker, send, () => state);
const guests = new Guests(worker, send, () => state);
const pictures = new Pictures(worker, send);
const address = new Address(send, () => state);
const fileWatch = new FileWatch(send, () => state);
const room = new RoomKeeper(send, () => state);
const upkeep = new Upkeep(worker, send, () => state);
const later = new Later({ worker, send, state: () => state, redraw: drawSoon });

/** @param {import("./page/model.js").PageEvent} event */
function send(event) {
  const before = state;
  state = update(state, event);
  const text = announcementOf(before, state, event);
  if (text !== null) state = update(state, { type: "said", text });
  if (state.archive?.id !== before.archive?.id) frames.anew();
  // What is taken back is taken back everywhere at once: nothing stays green for some frames.
  else if (event.type === "file-gone") frames.now();
  else if (state !== before) frames.soon();
  actions.handle(event, before);
  trust.handle(event);
  diskContents.handle(event);
  guests.handle(event);
  pictures.handle(event);
  address.handle(event);
  fileWatch.handle(event);
  room.handle(event);
  upkeep.handle(event);
  later.handle(event);
}

/** @param {string[]} urls that a thread asked for */
function tellElsewhere(urls) {
  const elsewhere = urls.filter((each) => !each.startsWith(OWN_FOLDER));
  const ofOwn = elsewhere.filter((each) => each.startsWith(`${location.origin}/`)).length;
  const count = elsewhere.length;
  if (count > 0) send({ type: "asked-elsewhere", count, ofOwn });
}

function drawFirst() {
  for (const view of firstViews) view(state);
}

function drawDisks() {
  partsView(state);
  return disksView(state);
}

function drawRest() {
  for (const view of otherViews) view(state);
  later.draw(state);
}

/** Finds out how files can be saved here. */
async function allowSaving() {
  const registration = service();
  const downloads = registration && new Downloads(registration);
  if (downloads) actions.saves.allowDownloads(downloads);
  send({ type: "abilities-known", abilities: await abilities(downloads !== null) });
  warnBeforeLeaving(downloads);
  await dropStaged();
  upkeep.begin();
}

/** @param {Downloads | null} downloads */
function warnBeforeLeaving(downloads) {
  addEventListener("beforeunload", (event) => {
    if (state.saves.some(isLive)) event.preventDefault();
  });
  addEventListener("pagehide", () =>
    downloads?.cancelAll(failure("save-broken", "the page was closed")),
  );
}

/** What is printed is the whole, not the part that is looked at. */
function drawForPrinting() {
  /** @type {HTMLDetailsElement[]} */
  let unfolded = [];
  addEventListener("beforeprint", () => {
    send({ type: "printed", isPrinted: true });
    frames.now();
    unfolded = [...document.querySelectorAll("details")].filter(
      (fold) => "fold" in fold.dataset && !fold.open,
    );
    for (const fold of unfolded) {
      fold.open = true;
      // What is made for it then: browsers would say so too late for paper.
      fold.dispatchEvent(new Event("toggle"));
    }
  });
  addEventListener("afterprint", () => {
    for (const fold of unfolded) fold.open = false;
    send({ type: "printed", isPrinted: false });
  });
}

watchClicks();
drawForPrinting();
watchAsked(tellElsewhere);
listenForFiles(send);
takeLaunched(send);
frames.now();
actions.recall();
later.begin();
allowSaving();
setTimeout(prepareStrips);
