/** Opening and closing an archive, and what can be asked of it without its scan. */
import { close, open, using } from "../sessions.js";

/** @type {Pick<import("../../shared/messages.js").Handlers, "join" | "open" | "close" | "config" | "imageSize">} */
export const archiveHandlers = {
  join: async ({ files }) => (await import("../parts.js")).join(files),
  open: ({ file, largeWindow, as }) => open(file, largeWindow, as),
  close: ({ archive }) => {
    close(archive);
    return null;
  },
  config: ({ archive: id, index }) => using(id, ({ archive }) => archive.config(index)),
  imageSize: ({ archive: id, deviceId }) => using(id, ({ archive }) => archive.imageSize(deviceId)),
};
