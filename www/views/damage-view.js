/** What is lost of each disk, and what is in doubt: ranges of its bytes, and a map to save. */
import { volumesOf } from "../page/volumes.js";
import { areaName } from "../words/disk-contents.js";
import { size } from "../words/format.js";
import { count, hex } from "../words/numbers.js";
import { text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { button, foreign, table } from "./parts.js";

/** @typedef {import("../shared/messages.js").DamageOfDevice} Damage */
/** @typedef {import("../shared/messages.js").Ranges} Ranges */
/** @typedef {import("../page/model.js").Send} Send */

/** @param {Send} send */
export function damageView(send) {
  const section = byId("damage");
  return whenChanged(
    ({ archive }) => [archive?.trust, archive?.overview, archive?.contents, archive?.hits],
    (trust, overview, contents, hits) => {
      const damage = trust?.damage ?? [];
      section.hidden = damage.length === 0 || !overview;
      fill(
        section,
        damage.length > 0 && h("h2", { id: "damage-title" }, text("damage.title")),
        damage.map((of) =>
          card(
            of,
            overview?.devices.find(({ id }) => id === of.deviceId),
            hitsOf(of.deviceId, { contents: contents ?? new Map(), hits: hits ?? [], send }),
            send,
          ),
        ),
      );
    },
  );
}

/**
 * @param {Damage} damage
 * @param {import("../core/vma_inspector.js").DeviceEntry | undefined} device
 * @param {HTMLElement | null} hits
 * @param {Send} send
 */
function card({ deviceId, lost, doubt }, device, hits, send) {
  return h(
    "article",
    { class: "card", "aria-labelledby": `damage-${deviceId}-title` },
    h(
      "h3",
      { id: `damage-${deviceId}-title` },
      foreign(device?.name ?? text("device.number", { id: String(deviceId) })),
    ),
    lost.count > 0 && [
      h("p", {}, text("damage.how-much", inRanges(lost))),
      rangeTable(
        lost,
        lost.ranges.length < lost.count
          ? text("damage.first-ranges", { shown: lost.ranges.length, all: lost.count })
          : text("damage.all-ranges"),
      ),
    ],
    doubt.count > 0 && [
      h("p", {}, text("damage.in-doubt", inRanges(doubt))),
      rangeTable(
        doubt,
        doubt.ranges.length < doubt.count
          ? text("damage.first-doubts", { shown: doubt.ranges.length, all: doubt.count })
          : text("damage.all-doubts"),
      ),
    ],
    hits,
    h(
      "div",
      { class: "config-buttons" },
      button(text("damage.save-map"), () => send({ type: "map-wanted", deviceId })),
      h("span", { class: "quiet" }, text("damage.map-hint")),
    ),
  );
}

/**
 * The file systems of a disk: which files of each are hit, and how many where that is known.
 * @param {number} deviceId
 * @param {Pick<import("../page/model.js").ShownArchive, "contents" | "hits"> & { send: Send }} known
 */
function hitsOf(deviceId, { contents, hits, send }) {
  const volumes = volumesOf(contents).filter(
    ({ place, isRead }) => isRead && place.deviceId === deviceId,
  );
  if (volumes.length === 0) return null;
  const lines = volumes.map(({ place, part }) => {
    const isIt = (/** @type {typeof place} */ { area, logical }) =>
      area === place.area && logical === place.logical;
    const told = hits.findLast(({ volume }) => volume.deviceId === deviceId && isIt(volume));
    const counted =
      told && text(told.isAll ? "damage.files-hit" : "damage.files-hit-least", { count: told.hit });
    return h(
      "li",
      { class: "config-buttons" },
      button(text("damage.which-files", { name: areaName(part) }), () =>
        send({ type: "hits-wanted", volume: { ...place } }),
      ),
      counted && h("span", { class: "quiet" }, counted),
    );
  });
  return h("ul", { class: "damage-files" }, lines);
}

/** @param {Ranges} ranges */
function inRanges({ bytes, count: number }) {
  return { size: size(bytes), ranges: text("count.range", { count: number }) };
}

/**
 * @param {Ranges} ranges
 * @param {string} caption
 */
function rangeTable({ ranges }, caption) {
  const rows = ranges.map(({ offset, length }) => [
    h("span", {}, count(offset), " ", h("code", { class: "quiet" }, hex(offset))),
    count(length),
    size(length),
  ]);
  return table(caption, [text("damage.from"), text("damage.bytes"), text("archive.size")], rows);
}
