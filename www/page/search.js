/** What a person finds with a few letters. Pure. */

/**
 * Whether one of these texts has the letters in it, large or small.
 * @param {readonly string[]} texts
 * @param {string} wanted
 */
export function isFound(texts, wanted) {
  const letters = wanted.trim().toLowerCase();
  return letters === "" || texts.some((each) => each.toLowerCase().includes(letters));
}
