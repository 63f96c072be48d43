/** Names that programs give to the parts of a file that they split. */

/** Endings of `split` (`.aa`, `.00`), of archivers (`.001`) and of browsers (`.part1`). */
const ENDING = /[._-](?:part[._-]?)?(?:(?<digits>\d{1,5})|(?<letters>[a-z]{2,4}))$/;
/** What a backup is called whole: an ending that is none of a part. */
const WHOLE = /\.(?:vma|zst|lzo|gz|bz2|dat)$/;

/**
 * The number of a part, counted from 1, and the name without its ending; null if a
 * name is none of a part of a backup.
 * @param {string} name
 * @returns {{ number: number, stem: string } | null}
 */
export function partOf(name) {
  const found = WHOLE.test(name) ? null : ENDING.exec(name);
  if (!found) return null;
  const stem = name.slice(0, found.index);
  const { digits, letters } = found.groups ?? {};
  if (!stem.includes(".vma")) return null;
  if (digits !== undefined) {
    // `split -d` counts from 00, everybody else from 1.
    const number = Number(digits);
    return { stem, number: digits.length === 2 || number === 0 ? number + 1 : number };
  }
  const places = [...(letters ?? "")].map((letter) => letter.charCodeAt(0) - 97);
  return { stem, number: places.reduce((sum, place) => sum * 26 + place, 0) + 1 };
}

/**
 * The order of files by their names: a number counts as one.
 * @param {string[]} names
 */
export function namedOrder(names) {
  const { compare } = new Intl.Collator("en", { numeric: true });
  return names.map((_, at) => at).sort((a, b) => compare(names[a] ?? "", names[b] ?? "") || a - b);
}

/**
 * What the whole file was called.
 * @param {string[]} names
 */
export function wholeName(names) {
  const stems = new Set(names.map((name) => partOf(name)?.stem));
  const [stem] = stems;
  return stems.size === 1 && stem !== undefined ? stem : (names[0] ?? "");
}

/**
 * Files of which nothing says that they belong to the first: neither their bytes, nor
 * their names.
 * @param {string[]} names in the order of the parts
 * @param {string[]} joints what speaks for each joint
 */
export function strangersIn(names, joints) {
  const [first = ""] = names;
  // One that is called whole may have the others' beginning.
  const stem = partOf(first)?.stem ?? first;
  const isNamed = (/** @type {string} */ name) => partOf(name)?.stem === stem;
  return names.filter((name, at) => at > 0 && joints[at - 1] !== "proven" && !isNamed(name));
}
