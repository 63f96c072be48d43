/** What crosses between the page and its Worker where bytes are looked at. */
import type { HeaderField } from "../core/vma_inspector.js";

/** What is looked at byte by byte: the file as it is, the archive in it, or a disk by its number. */
export type Looked = "file" | "archive" | number;

/**
 * What is known of bytes: they are there; zeros by the index; lost; there, with something
 * that speaks against them; not yet known.
 */
export type ByteKind = "stored" | "zero" | "lost" | "doubt" | "unknown";

export interface Stretch {
  length: number;
  kind: ByteKind;
  /** Where its bytes stand in the archive; null if nowhere. */
  place: number | null;
}

/** A part of what is looked at. */
export interface BytesPart {
  /** Bytes of the whole, as far as that is known, and whether it is. */
  size: number;
  isWhole: boolean;
  offset: number;
  /** Fewer than were asked for only at the end; 0 for each that cannot be had. */
  bytes: Uint8Array<ArrayBuffer>;
  /** What they are, from the first to the last. */
  stretches: Stretch[];
}

/** What one byte is. */
export interface ByteFacts {
  kind: ByteKind;
  /** Where it stands in the archive; null if nowhere, or if the file is packed and looked at. */
  place: number | null;
  /** Of a header. */
  field: HeaderField | null;
  /** The extent that it stands in. */
  extent: { start: number; size: number } | null;
  /** Of which block of a disk it is, if it stands in the data of an extent. */
  stored: { deviceId: number; slot: number; cluster: number; block: number } | null;
}

/** How far a search has come, and what of. */
export interface FindUpdate {
  at: number;
  size: number;
}

/** Each kind of request, as in `Requests`. */
export interface LookingRequests {
  /** Some bytes of what is looked at, 64 KiB at most. */
  bytes: {
    ask: { archive: number; of: Looked; offset: number; length: number };
    progress: never;
    result: BytesPart;
  };
  byteFacts: {
    ask: { archive: number; of: Looked; offset: number };
    progress: never;
    result: ByteFacts;
  };
  /**
   * The next place from `from` on, or the last before it, where these bytes stand; null if
   * there is none. `folded`: A to Z count as a to z.
   */
  findBytes: {
    ask: {
      archive: number;
      of: Looked;
      needle: Uint8Array<ArrayBuffer>;
      folded: boolean;
      from: number;
      backwards: boolean;
    };
    progress: FindUpdate;
    result: number | null;
  };
}
