/** A small backup to try the page with, which comes with it. */

/** It says what it is, wherever its name is shown. */
const NAME = "sample.vma.zst";

/** @returns {Promise<File>} */
export async function sampleFile() {
  const answer = await fetch(new URL("../sample.vma.zst", import.meta.url));
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return new File([await answer.arrayBuffer()], NAME, { lastModified: 0 });
}
