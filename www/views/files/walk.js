/** Goes from folder to folder by names. */

/** @typedef {import("../../page/files.js").Files} Files */
/** @typedef {import("../../shared/files.js").FileName} FileName */
/** @typedef {import("./trail.js").Step} Step */
/**
 * A file system that is open.
 * @typedef {object} Place
 * @property {Files} files
 * @property {import("../../page/files.js").Of} of
 * @property {import("../../shared/files.js").OpenedVolume} opened
 */

/**
 * Folders by their names, from another one on, as far as they are there.
 * @param {Place} place
 * @param {{ from: readonly Step[], names: readonly FileName[] }} way
 * @param {import("../../page/files.js").Wait} wait
 * @returns {Promise<readonly Step[]>}
 */
export async function walk({ files, of, opened }, { from, names }, wait) {
  if (names.length === 0) return from;
  const steps = [...from];
  for (const name of names) {
    const id = steps.at(-1)?.id ?? opened.root;
    const subvolume = opened.subvolumes.find(({ path }) => pathText(path) === name.text);
    const entry = (steps.length === 0 && subvolume) || (await files.find(of, id, name, wait));
    wait.signal.throwIfAborted();
    if (!entry) break;
    steps.push({ id: entry.id, name });
  }
  return steps;
}

/** @param {readonly FileName[]} path */
export function pathText(path) {
  return path.map(({ text: words }) => words).join("/");
}
