/** What can be made of the disks: files in some format, appliances, texts, hashes. */
import { withBackup } from "../exporter.js";
import { beginsLike } from "../saving/before-saving.js";
import { commit, hash, save } from "../saving/save-jobs.js";
import { using } from "../sessions.js";

/**
 * @type {Pick<import("../../shared/messages.js").Handlers,
 *   "formats" | "beginsLike" | "appliance" | "machineTexts" | "save" | "commit" | "hash">}
 */
export const savingHandlers = {
  formats: ({ archive: id, deviceId }) =>
    using(id, async ({ archive }) => ({
      formats: await withBackup(archive, (backup) => backup.formats(deviceId)),
      timesUnpacked: archive.timesUnpacked(deviceId),
    })),
  beginsLike: ({ archive: id, deviceId }) => using(id, (session) => beginsLike(session, deviceId)),
  appliance: ({ archive: id, keepsMacs, compressed }) =>
    using(id, ({ archive }) =>
      withBackup(archive, (backup) => backup.applianceFacts(keepsMacs, compressed) ?? null),
    ),
  machineTexts: ({ archive: id, keepsMacs, format, stem }) =>
    using(id, ({ archive }) =>
      withBackup(archive, (backup) => backup.machineTexts(keepsMacs, format, stem)),
    ),
  save: (request, { tell, signal }) =>
    using(request.archive, (session) => save(session, request, tell, signal)),
  commit: (request) => commit(request),
  hash: (request, { tell, signal }) =>
    using(request.archive, (session) => hash(session, request, tell, signal)),
};
