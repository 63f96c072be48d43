/** What the findings are about: one entry for what happened in one place. Pure. */
import { CONTENTS_LOST } from "../shared/codes.js";

/** @typedef {import("../core/vma_inspector.js").Place} Place */
/** @typedef {import("../core/vma_inspector.js").ContainerFinding} ContainerFinding */

/**
 * Places of one kind: about the same, with findings of the same codes.
 * @typedef {object} Entry
 * @property {string} id
 * @property {Place["about"]} about
 * @property {Place["severity"]} severity
 * @property {string[]} codes that are told in words, that which explains the others first
 * @property {Place[]} places
 * @property {number} doubt bytes that can be read and that this speaks against
 */

const ORDER = ["damage", "warning", "note"];

/** Where something happened that can be why clusters are missing. */
const LOSSES = new Set(["extent-header", "no-extent-header", "data"]);

/**
 * The worst first. Clusters that are missing, and bytes that are in doubt, belong
 * to the one thing that happened, if it is one.
 * @param {readonly Place[]} places
 * @param {number} [doubt] bytes of all disks
 * @returns {Entry[]}
 */
export function entriesOf(places, doubt = 0) {
  /** @type {Map<string, Entry>} */
  const entries = new Map();
  for (const place of places) {
    const codes = [...new Set(place.findings.map(({ code }) => code))];
    const id = [place.about, ...codes].join("-");
    const { about, severity } = place;
    const entry = entries.get(id) ?? { id, about, severity, codes, places: [], doubt: 0 };
    entry.places.push(place);
    entries.set(id, entry);
  }
  const all = withDoubt(withMissing([...entries.values()]), doubt);
  return all.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

/**
 * @param {Entry[]} entries
 * @returns {Entry[]}
 */
function withMissing(entries) {
  const missing = entries.find(({ about }) => about === "missing");
  const losses = entries.filter(({ about }) => LOSSES.has(about));
  const [loss] = losses;
  if (!missing || !loss || losses.length > 1) return entries;
  const codes = [...loss.codes, ...missing.codes];
  const severity = missing.severity;
  const joined = { ...loss, severity, codes, places: [...loss.places, ...missing.places] };
  return entries
    .filter((entry) => entry !== missing)
    .map((each) => (each === loss ? joined : each));
}

/**
 * Data that a doubt is about stand before the place where it showed.
 * @param {Entry[]} entries
 * @param {number} doubt
 * @returns {Entry[]}
 */
function withDoubt(entries, doubt) {
  const isPlace = (/** @type {Entry} */ { about }) => LOSSES.has(about) || about === "behind";
  const causes = entries.filter((entry) => isPlace(entry) || entry.severity === "damage");
  const [cause] = causes;
  if (doubt === 0 || !cause || causes.length > 1 || !isPlace(cause)) return entries;
  return entries.map((entry) =>
    entry === cause ? { ...cause, doubt, severity: "damage" } : entry,
  );
}

/**
 * Findings of the container that tell why contents are lost in a place, by that
 * place, and the others.
 * @param {readonly Place[]} places
 * @param {readonly ContainerFinding[]} findings
 */
export function placed(places, findings) {
  /** @type {Map<number | null, ContainerFinding>} */
  const torn = new Map();
  for (const finding of findings) {
    if (finding.severity === "damage") torn.set(finding.archiveOffset, finding);
  }
  /** @type {Map<Place, ContainerFinding[]>} */
  const byPlace = new Map();
  for (const place of places) {
    const lost = place.findings.filter(({ code }) => code === CONTENTS_LOST);
    const causes = lost.flatMap(({ offset }) => torn.get(offset) ?? []);
    if (causes.length > 0) byPlace.set(place, causes);
  }
  const taken = new Set([...byPlace.values()].flat());
  return { byPlace, rest: findings.filter((finding) => !taken.has(finding)) };
}

/**
 * In how many places something happened.
 * @param {Entry} entry
 */
export function numberOf({ about, places }) {
  const own = places.filter((place) => place.about === about);
  return about === "missing"
    ? own.reduce((sum, { findings }) => sum + findings.length, 0)
    : own.length;
}
