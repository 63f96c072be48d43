/**
 * What the core throws when it cannot go on. A real `Error` with these
 * properties; `code` is stable, `message` is for people who read hex.
 */
export interface VmaError extends Error {
  readonly name: "VmaError";
  readonly code: string;
  /** What was being read: "source", "container", "header", … */
  readonly part: string;
  /** Byte offset in that part's own coordinates; null where there is none. */
  readonly offset: number | null;
}

/**
 * What bytes of a disk are taken for that can be read and that something speaks
 * against. as-it-is: they are given as they are; as-lost: as if the archive did not
 * hold them, so that they are counted, filled and mapped with what is lost. Where it
 * is not said, as-it-is.
 */
export type DoubtTaken = "as-it-is" | "as-lost";

/** A part of a disk. */
export interface ImageBytes {
  deviceId: number;
  /** Where it starts on the disk, in bytes. */
  offset: number;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Gives an array of this length, whatever is in it. */
export type Room = (length: number) => Uint8Array<ArrayBuffer>;
