/** A small backup to try the page with, which comes with it. */

/** As Proxmox would take it; the machine in it is called "sample". */
const NAME = "vzdump-qemu-100-2024_05_06-07_08_09.vma.zst";

/** @returns {Promise<File>} */
export async function sampleFile() {
  const answer = await fetch(new URL("../sample.vma.zst", import.meta.url));
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return new File([await answer.arrayBuffer()], NAME, { lastModified: 0 });
}
