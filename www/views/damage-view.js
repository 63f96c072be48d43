/** What is lost of each disk: ranges of its bytes, and a map of them to save. */
import { byId, fill, h, whenChanged } from "./dom.js";
import { count, counted, hex, size } from "../words/format.js";
import { button, foreign, table } from "./parts.js";

/** @typedef {import("../shared/messages.js").LostOfDevice} Lost */
/** @typedef {import("../page/model.js").Send} Send */

/** @param {Send} send */
export function damageView(send) {
  const section = byId("damage");
  return whenChanged(
    ({ archive }) => [archive?.trust, archive?.overview],
    (trust, overview) => {
      const lost = trust?.lost ?? [];
      section.hidden = lost.length === 0 || !overview;
      fill(
        section,
        lost.length > 0 && h("h2", { id: "damage-title" }, "What is lost"),
        lost.map((of) =>
          card(
            of,
            overview?.devices.find(({ id }) => id === of.deviceId),
            send,
          ),
        ),
      );
    },
  );
}

/**
 * @param {Lost} lost
 * @param {import("../core/vma_inspector.js").DeviceEntry | undefined} device
 * @param {Send} send
 */
function card({ deviceId, count: ranges, bytes, ranges: first }, device, send) {
  const rows = first.map(({ offset, length }) => [
    h("span", {}, count(offset), " ", h("code", { class: "quiet" }, hex(offset))),
    count(length),
    size(length),
  ]);
  return h(
    "article",
    { class: "card", "aria-labelledby": `damage-${deviceId}-title` },
    h("h3", { id: `damage-${deviceId}-title` }, foreign(device?.name ?? `device ${deviceId}`)),
    h(
      "p",
      {},
      `${size(bytes)} of it, in ${counted(ranges, "range")}, should be in the file and could not be found. In a saved image these bytes are zeros. Bytes are counted from the beginning of the disk.`,
    ),
    table(
      first.length < ranges
        ? `The first ${count(first.length)} of ${count(ranges)} lost ranges; the report has more`
        : "Lost ranges",
      ["From byte", "Bytes", "Size"],
      rows,
    ),
    h(
      "div",
      { class: "config-buttons" },
      button("Save damage map", () => send({ type: "map-wanted", deviceId })),
      h("span", { class: "quiet" }, "a mapfile of GNU ddrescue: ddrescueview and others read it"),
    ),
  );
}
