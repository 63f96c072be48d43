/**
 * How each thread comes by the page's own files that are no scripts. In the page of one
 * file `one-file/own-file.js` stands in the place of this.
 */

/** Whether a module that one thread has compiled gets to another. @type {boolean} */
export const modulesCross = true;

/**
 * @param {URL} address of a file of the page
 * @returns {Promise<ArrayBuffer>}
 */
export async function ownFile(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return answer.arrayBuffer();
}
