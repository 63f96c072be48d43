/** Where the bytes of a backup come from: a file of this computer, or the page's own server. */
import type { BlobSource } from "./blob-source.js";
import type { RangeSource } from "./range-source.js";

export type AnySource = BlobSource | RangeSource;
