/**
 * Styles of a part of the page, loaded when it is first shown. In the page of one file
 * `one-file/styles.js` stands in the place of this.
 */

/**
 * Resolves once they are in force.
 * @param {URL} address
 * @returns {Promise<unknown>}
 */
export function addStyles({ href }) {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  return new Promise((resolve, reject) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", reject);
    document.head.append(link);
  });
}
