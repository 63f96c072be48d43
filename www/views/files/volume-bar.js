/** Which file system's files are shown, what has to be known of it, and which are not read. */
import { rowsOf } from "../../page/rows.js";
import { volumesOf } from "../../page/volumes.js";
import { copiesWords } from "../../words/disk-areas.js";
import { diskState } from "../../words/disk-state.js";
import { noteWords, notReadWords, volumeLabel } from "../../words/files.js";
import { mountPoints } from "../../words/guest.js";
import { text } from "../../words/text.js";
import { fill, h } from "../dom.js";
import { badge, foreign, listItems } from "../parts.js";
import { setOptions } from "../save-panel.js";

/** @typedef {import("../../page/model.js").ShownArchive} ShownArchive */
/** @typedef {import("../../page/volumes.js").PlacedVolume} PlacedVolume */
/** @typedef {import("../../shared/files.js").OpenedVolume} OpenedVolume */
/** @typedef {import("../../shared/files.js").VolumePlace} VolumePlace */
/** @typedef {OpenedVolume["subvolumes"][number]} Subvolume */

/**
 * @param {object} on
 * @param {(volume: VolumePlace) => void} on.choose
 * @param {(subvolume: Subvolume | null) => void} on.enter null: the root
 */
export function volumeBar({ choose, enter }) {
  const parts = partsOf();
  /** @type {ReadonlyMap<string, VolumePlace>} */
  let places = new Map();
  /** @type {readonly Subvolume[]} */
  let subvolumes = [];
  /** What is said of the shown one: of its copies, and of its file system. @type {string[]} */
  let copies = [];
  /** @type {string[]} */
  let notes = [];
  parts.list.addEventListener("change", () => {
    const place = places.get(parts.list.value);
    if (place) choose(place);
  });
  parts.inside.addEventListener("change", () => {
    enter(subvolumes[Number(parts.inside.value)] ?? null);
  });

  /**
   * @param {ShownArchive} archive
   * @param {VolumePlace} shown
   */
  function draw(archive, shown) {
    const all = volumesOf(archive.contents).filter(({ part }) => isWorthListing(part));
    const names = namesOf(archive);
    places = new Map(all.map(({ place }) => [placeKey(place), place]));
    const options = all.map((each) => ({
      value: placeKey(each.place),
      text: foreign(labelOf(archive, each, names)).textContent ?? "",
      disabled: !each.isRead,
    }));
    setOptions(parts.list, options, placeKey(shown));
    drawOthers(parts.others, all, names);
    const found = all.find(({ place }) => placeKey(place) === placeKey(shown));
    drawBanner(parts.banner, archive, found ? disksOf(found) : [shown.deviceId]);
    drawNotes(copiesWords(found?.part.copies ?? null), notes);
  }

  /** @param {string[]} ofCopies @param {string[]} ofSystem */
  function drawNotes(ofCopies, ofSystem) {
    if (notes === ofSystem && ofCopies.join() === copies.join()) return;
    [copies, notes] = [ofCopies, ofSystem];
    const lines = [...copies, ...notes].map((line) => h("li", {}, line));
    fill(parts.notes, lines);
  }

  /** @param {OpenedVolume | null} opened null: not yet */
  function tell(opened) {
    drawNotes(copies, (opened?.notes ?? []).map(noteWords));
    subvolumes = opened?.subvolumes ?? [];
    parts.insides.hidden = subvolumes.length === 0;
    const options = subvolumes.map((each, at) => ({ value: String(at), text: pathOf(each) }));
    setOptions(parts.inside, [{ value: "", text: text("files.root") }, ...options], "");
  }

  const label = () => parts.list.selectedOptions[0]?.text ?? "";
  return { root: parts.root, draw, tell, label };
}

function partsOf() {
  const list = h("select", { id: "files-volume" });
  const inside = h("select", { id: "files-subvolume" });
  const insides = h(
    "label",
    { class: "files-of", for: "files-subvolume" },
    text("files.subvolume"),
    " ",
    inside,
  );
  const banner = h("div", { class: "files-banner" });
  const notes = h("ul", { class: "files-notes quiet" });
  const others = h("div", {});
  const choice = h(
    "label",
    { class: "files-of", for: "files-volume" },
    text("files.volume"),
    " ",
    list,
  );
  const root = h(
    "div",
    { class: "files-volume" },
    h("div", { class: "files-choices" }, choice, insides),
    banner,
    notes,
    others,
  );
  return { root, list, inside, insides, banner, notes, others };
}

/**
 * What a file system is, behind where its machine mounts it.
 * @param {ShownArchive} archive
 * @param {PlacedVolume} volume
 * @param {ReadonlyMap<number, string>} names
 */
function labelOf({ guests, contents }, volume, names) {
  const { place, part } = volume;
  const points = mountPoints(guests, volume, contents.get(place.deviceId));
  return [...points, volumeLabel(part, diskNames(place, part, names))].join(" · ");
}

/** @param {PlacedVolume["part"]} part */
function isWorthListing({ volume, purpose, number, name }) {
  return volume !== null || (purpose !== "extended" && (number !== null || name !== null));
}

/** @param {VolumePlace} place */
export function placeKey({ deviceId, area, logical }) {
  return `${deviceId} ${area} ${logical ?? ""}`;
}

/**
 * What tells a file system from another one that comes to be at its place.
 * @param {ShownArchive} archive
 * @param {VolumePlace | null} volume
 */
export function shapeOf(archive, volume) {
  const found = volume && foundAt(archive, volume);
  return JSON.stringify([found?.part.offset, found?.part.size, found?.part.volume?.kind]);
}

/**
 * @param {ShownArchive} archive
 * @param {VolumePlace} volume
 */
export function kindOf(archive, volume) {
  return foundAt(archive, volume)?.part.volume?.kind;
}

/**
 * Whether the files of what is there can be read.
 * @param {ShownArchive} archive
 * @param {VolumePlace} volume
 */
export function isReadAt(archive, volume) {
  return foundAt(archive, volume)?.isRead === true;
}

/**
 * @param {ShownArchive} archive
 * @param {VolumePlace} volume
 */
function foundAt({ contents }, volume) {
  return volumesOf(contents).find(({ place }) => placeKey(place) === placeKey(volume));
}

/**
 * The disks that a volume lies on.
 * @param {Pick<PlacedVolume, "place" | "part">} volume
 */
function disksOf({ place, part }) {
  return part.disks.length > 0 ? part.disks : [place.deviceId];
}

/**
 * @param {VolumePlace} place
 * @param {PlacedVolume["part"]} part
 * @param {ReadonlyMap<number, string>} names
 */
function diskNames(place, part, names) {
  return disksOf({ place, part })
    .map((id) => names.get(id) ?? "")
    .join(" + ");
}

/** @param {ShownArchive} archive */
function namesOf(archive) {
  const rows = rowsOf(archive);
  return new Map(rows.flatMap(({ device, name }) => (device ? [[device.id, name]] : [])));
}

/** @param {Subvolume} subvolume */
function pathOf({ path, isSnapshot, isReadOnly }) {
  const name = foreign(path.map((each) => each.text).join("/")).textContent ?? "";
  if (isSnapshot) return text("files.snapshot", { name });
  return isReadOnly ? text("files.read-only", { name }) : name;
}

/**
 * Those that are not read, each with what it is.
 * @param {HTMLElement} place
 * @param {readonly PlacedVolume[]} all
 * @param {ReadonlyMap<number, string>} names
 */
function drawOthers(place, all, names) {
  const others = all.filter(({ isRead }) => !isRead);
  const lines = others.map(({ place, part }) => [
    volumeLabel(part, diskNames(place, part, names)),
    notReadWords(part, place.logical !== null),
  ]);
  const drawn = JSON.stringify(lines);
  if (place.dataset["drawn"] === drawn) return;
  place.dataset["drawn"] = drawn;
  fill(
    place,
    lines.length > 0 &&
      h(
        "details",
        { class: "files-others" },
        h("summary", {}, text("files.not-read", { count: lines.length })),
        h(
          "ul",
          {},
          listItems(lines, ([label = "", why = ""]) =>
            h("span", {}, h("strong", {}, foreign(label)), ` ${why}`),
          ),
        ),
      ),
  );
}

/**
 * What is lost, or in doubt, of the disks that a volume lies on.
 * @param {HTMLElement} place
 * @param {ShownArchive} archive
 * @param {readonly number[]} ids
 */
function drawBanner(place, archive, ids) {
  const devices = archive.scan.report?.devices.filter(({ id }) => ids.includes(id)) ?? [];
  const said = devices.flatMap((statistics) => diskState(archive, statistics));
  const hurt = said.filter(({ tone }) => tone === "damage" || tone === "warning");
  const isHurt = hurt.some(({ tone }) => tone === "damage");
  const isRunning = archive.scan.phase === "running";
  place.hidden = hurt.length === 0 && !isRunning;
  const words = isRunning
    ? text("files.scan-runs")
    : isHurt
      ? text("files.disk-hurt")
      : text("files.disk-not-proven");
  const drawn = JSON.stringify([said, words]);
  if (place.dataset["drawn"] === drawn) return;
  place.dataset["drawn"] = drawn;
  place.dataset["tone"] = isHurt ? "damage" : hurt.length > 0 ? "warning" : "neutral";
  fill(
    place,
    hurt.map((each) => badge(each.tone, each.words)),
    h("span", {}, words),
  );
}
