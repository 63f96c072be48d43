/** What a person chose, as far as it still can be chosen. */
import { remembered } from "../shared/settings.js";
import { FORMAT } from "../shared/stored.js";
import { isFormat } from "../words/disk-formats.js";

/** The format that disks were saved in; null if there is none, or one that is no more. */
export function rememberedFormat() {
  const format = remembered(FORMAT);
  return format !== null && isFormat(format) ? format : null;
}
