/** Opening and closing an archive, and what can be asked of it without its scan. */
import { Archive } from "../../core/vma_inspector.js";
import { failure, RemoteError } from "../../shared/failure.js";
import { close, open, using } from "../sessions.js";
import { BlobSource } from "../source/blob-source.js";

/** @param {string} names of files that are no parts */
const noPart = (names) => new RemoteError(failure("no-part", names));

/** @type {Pick<import("../../shared/messages.js").Handlers, "join" | "open" | "close" | "config" | "imageSize">} */
export const archiveHandlers = {
  join: async ({ files }) =>
    (await import("../parts.js")).join(files, { Archive, BlobSource, noPart }),
  open: ({ file, largeWindow, as }) => open(file, largeWindow, as),
  close: ({ archive }) => {
    close(archive);
    return null;
  },
  config: ({ archive: id, index }) => using(id, ({ archive }) => archive.config(index)),
  imageSize: ({ archive: id, deviceId }) => using(id, ({ archive }) => archive.imageSize(deviceId)),
};
