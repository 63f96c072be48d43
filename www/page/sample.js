/** A small backup to try the page with, which comes with it. */
import { ownFile } from "../shared/own-file.js";

/** As Proxmox would take it; the machine in it is called "sample". */
const NAME = "vzdump-qemu-100-2024_05_06-07_08_09.vma.zst";

/** @returns {Promise<File>} */
export async function sampleFile() {
  const bytes = await ownFile(new URL("../sample.vma.zst", import.meta.url));
  return new File([bytes], NAME, { lastModified: 0 });
}
