/** What is lost of each disk: ranges of its bytes, and a map of them to save. */
import { size } from "../words/format.js";
import { count, hex } from "../words/numbers.js";
import { text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
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
        lost.length > 0 && h("h2", { id: "damage-title" }, text("damage.title")),
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
    h(
      "h3",
      { id: `damage-${deviceId}-title` },
      foreign(device?.name ?? text("device.number", { id: String(deviceId) })),
    ),
    h(
      "p",
      {},
      text("damage.how-much", {
        size: size(bytes),
        ranges: text("count.range", { count: ranges }),
      }),
    ),
    table(
      first.length < ranges
        ? text("damage.first-ranges", { shown: first.length, all: ranges })
        : text("damage.all-ranges"),
      [text("damage.from"), text("damage.bytes"), text("archive.size")],
      rows,
    ),
    h(
      "div",
      { class: "config-buttons" },
      button(text("damage.save-map"), () => send({ type: "map-wanted", deviceId })),
      h("span", { class: "quiet" }, text("damage.map-hint")),
    ),
  );
}
