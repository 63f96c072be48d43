/** Which parts there are below the list of disks, and which one is shown. Pure. */
import { isScanned } from "../shared/scan-phase.js";
import { allFindings } from "../words/facts.js";
import { largestVolume } from "./volumes.js";

/** @typedef {import("./model.js").ShownArchive} ShownArchive */
/** @typedef {import("./model.js").Tab} Tab */

/** All of them, in their order. @type {readonly Tab[]} */
export const TABS = [
  "configuration",
  "files",
  "damage",
  "restore",
  "elsewhere",
  "bytes",
  "details",
];

/** What can be looked at of a disk image: no machine, nothing to be judged. */
const OF_IMAGES = new Set(["files", "bytes"]);

/** @param {ShownArchive} archive */
function hasFiles({ contents }) {
  return largestVolume(contents) !== null;
}

/** Each part of the page asks which ones there are. @type {WeakMap<ShownArchive, Tab[]>} */
const known = new WeakMap();

/**
 * Those that have something in them.
 * @param {ShownArchive} archive
 */
export function tabsOf(archive) {
  const there = known.get(archive) ?? tabsWith(archive);
  known.set(archive, there);
  return there;
}

/** @param {ShownArchive} archive */
function tabsWith(archive) {
  const { trust, scan, elsewhere, summary, image } = archive;
  if (image) {
    return TABS.filter((tab) => OF_IMAGES.has(tab) && (tab !== "files" || hasFiles(archive)));
  }
  const has = {
    configuration: true,
    files: hasFiles(archive),
    damage: worthKnowing(archive).number > 0,
    restore: trust !== null && scan.phase !== "running",
    elsewhere: elsewhere.texts !== null && summary !== null,
    bytes: true,
    details: true,
  };
  return TABS.filter((tab) => has[tab]);
}

/**
 * The one that is shown: damage comes first, unless a person chose another one.
 * @param {ShownArchive} archive
 * @param {Tab | null} chosen
 * @returns {Tab}
 */
export function tabOf(archive, chosen) {
  const there = tabsOf(archive);
  if (chosen && there.includes(chosen)) return chosen;
  const { isDamage } = worthKnowing(archive);
  const first = there[0] ?? "configuration";
  return isDamage && there.includes("damage") && isScanned(archive.scan) ? "damage" : first;
}

/**
 * How many kinds of findings there are, and whether one of them is damage.
 * @param {ShownArchive} archive
 */
export function worthKnowing(archive) {
  const groups = allFindings(archive);
  const container = archive.scan.report?.container.findings ?? [];
  const wrapped = new Map(container.map(({ code, severity }) => [code, severity]));
  const severities = [...groups.map(({ severity }) => severity), ...wrapped.values()];
  return { number: severities.length, isDamage: severities.includes("damage") };
}
