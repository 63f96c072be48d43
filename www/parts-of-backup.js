/**
 * What is shown of a backup besides the answer and its disks, which people see first: loaded
 * with the first one.
 */
import { archiveView } from "./views/archive-view.js";
import { checksumsView } from "./views/checksums-view.js";
import { configsView } from "./views/configs-view.js";
import { containerView } from "./views/container-view.js";
import { damageView } from "./views/damage-view.js";
import { extentsView } from "./views/extents-view.js";
import { fileNameView } from "./views/file-name-view.js";
import { findingsView } from "./views/findings-view.js";
import { guestView } from "./views/guest-view.js";
import { machineView } from "./views/machine-view.js";
import { proxmoxView } from "./views/proxmox-view.js";
import { questionView } from "./views/question-view.js";
import { reportView } from "./views/report-view.js";
import { whenLookedAt } from "./views/tabs-view.js";
import { trayView } from "./views/tray-view.js";

/** @typedef {(state: import("./page/model.js").State) => void} View */

/**
 * @param {import("./page/model.js").Send} send
 * @returns {View}
 */
export function partsOfBackup(send) {
  const views = [
    trayView(send),
    questionView(send),
    whenLookedAt("configuration", machineView()),
    whenLookedAt("configuration", guestView()),
    whenLookedAt("configuration", configsView(send)),
    whenLookedAt("damage", damageView(send)),
    whenLookedAt("damage", findingsView(send)),
    whenLookedAt("restore", proxmoxView(send)),
    whenLookedAt("restore", fileNameView()),
    whenLookedAt("details", reportView(send)),
    whenLookedAt("details", archiveView()),
    whenLookedAt("details", containerView(send)),
    whenLookedAt("details", checksumsView()),
    whenLookedAt("details", extentsView(send)),
  ];
  return (state) => {
    for (const view of views) view(state);
  };
}
