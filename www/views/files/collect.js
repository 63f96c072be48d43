/** Shows what comes in from many folders, in place of one. */

/** @typedef {import("./order.js").Item} Item */
/**
 * What says how far it is.
 * @template Far
 * @typedef {object} Bar
 * @property {(count: number, far: Far | null) => void} far null: it begins
 * @property {(count: number, isCut: boolean | null) => string} end what is said in place of rows;
 *   null: it was stopped, or failed
 */
/**
 * @template Far
 * @typedef {import("./lister.js").On<Far> & { onProgress: (update: import("../../shared/files.js").FilesUpdate) => void }} On
 */
/**
 * @typedef {object} Place
 * @property {import("./items.js").Items} items
 * @property {import("./list.js").List} list
 * @property {import("./foot.js").Foot} foot
 * @property {() => boolean} isCurrent whether nothing else is shown there by now
 */

/**
 * @template Far
 * @param {Place} place
 * @param {Bar<Far>} bar
 * @param {(arrived: (more: Item[], far: Far) => void) => Promise<boolean>} run
 * @throws why it failed, if it is still shown
 */
export async function collect({ items, list, foot, isCurrent }, bar, run) {
  const arrived = (/** @type {Item[]} */ more, /** @type {Far} */ far) => {
    if (!isCurrent()) return;
    items.add(more);
    list.show(items.shown, items.order);
    bar.far(items.count, far);
  };
  bar.far(0, null);
  try {
    const isCut = await run(arrived);
    if (!isCurrent()) return;
    foot.rest();
    list.say(bar.end(items.count, isCut));
  } catch (error) {
    if (!isCurrent()) return;
    bar.end(items.count, null);
    throw error;
  }
}
