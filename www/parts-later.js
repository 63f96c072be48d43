/**
 * All that is loaded with the first backup or when somebody asks for it, in one file, so
 * that what is loaded first is in few: the parts below the disks, the list of many backups,
 * the files that were opened last, the VM for other programs, and the files in the disks.
 */
import { Listing } from "./page/listing/listing.js";
import { Recent } from "./page/recent/recent.js";
import { listingView } from "./views/listing-view.js";
import { recentView } from "./views/recent-view.js";

export { partsOfBackup } from "./parts-of-backup.js";
export { contentsOf } from "./views/disk-contents-view.js";
export { keysDialog } from "./views/keys-dialog.js";
export { predictionsAlone } from "./views/predictions.js";
export { giveReportText } from "./page/report-as-text.js";
export { remoteFile } from "./page/remote.js";
export { sampleFile } from "./page/sample.js";
export { refusalSentence } from "./words/refusal.js";
export { elsewhereView } from "./views/elsewhere-view.js";
export { imageView } from "./views/image-view.js";
export { filesInside } from "./views/files/inside.js";

/**
 * The list of many backups.
 * @param {import("./page/worker-client.js").WorkerClient} worker
 * @param {import("./page/model.js").Send} send
 * @param {() => import("./page/model.js").State} state
 */
export function listing(worker, send, state) {
  const backups = new Listing(worker, send, state);
  return {
    draw: listingView(send),
    handle: (/** @type {import("./page/model.js").PageEvent} */ event) => backups.handle(event),
  };
}

/**
 * The files that were opened last.
 * @param {import("./page/model.js").Send} send
 * @param {() => import("./page/model.js").State} state
 */
export function recentFiles(send, state) {
  const recent = new Recent(send, state);
  return {
    draw: recentView(send),
    handle: recent.handle.bind(recent),
  };
}
