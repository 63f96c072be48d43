/**
 * All that is loaded only when somebody asks for it, in one file: the list of many
 * backups, the VM for other programs, and the files in the disks.
 */
import { Listing } from "./page/listing/listing.js";
import { listingView } from "./views/listing-view.js";

export { giveReportText } from "./page/report-as-text.js";
export { elsewhereView } from "./views/elsewhere-view.js";
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
