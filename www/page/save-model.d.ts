/** A save, as the page's state has it. */
import type { FileMissed } from "../shared/files.js";
import type { Failure, SaveWhat } from "../shared/messages.js";

/** How fast something goes, and how long it will still take. */
export interface Pace {
  bytesPerSecond: number;
  secondsLeft: number | null;
}

/**
 * How a file gets to the person: streamed into Downloads; made in the browser's
 * own storage, then downloaded; written to a file or into a folder that the
 * person picked; put together in memory, then downloaded.
 */
export type Way = "download" | "stage" | "file" | "folder" | "blob";

/** What speaks against bytes of a save's disks that can be read. */
export interface Doubt {
  /** Bytes that it is known of. */
  bytes: number;
  /** Whether a checksum over the whole does not agree, and nothing says where. */
  isUnproven: boolean;
}

/** A save from the click to its end; how it changes is `saving/flow.js`. */
export interface Save {
  id: string;
  archive: number;
  what: SaveWhat;
  /** Disks whose bytes it reads, named as in the archive. */
  devices: readonly { id: number; name: string }[];
  file: {
    /** Null until it starts, where none was chosen. */
    way: Way | null;
    name: string;
    /** Bytes; null where that shows only at the end. */
    size: number | null;
    sizeMax: number;
    /** Whether anything of it was begun to be written. */
    begun: boolean;
    /** Whether its download has all of it. */
    taken: boolean;
    /** Whether the copy that it was downloaded from is removed. */
    unstaged?: boolean;
    /** Of a raw disk that was read: another format that it begins like. */
    beginsLike: string | null;
  };
  gaps: {
    /** Bytes that were known to be missing when it began. */
    missing: number;
    /** What is known to speak against bytes that can be read. */
    doubt: Doubt;
    /** Whether the person wants it all the same. */
    agreed: boolean;
    /** What turned out to be lost of each disk; null until all of it was read. */
    lost: readonly { deviceId: number; bytes: number }[] | null;
    /** Of files in an archive: what is not in it, or not whole. */
    leftOut: readonly FileMissed[];
    /** Maps of that, to be had by a click. */
    maps: readonly { name: string; bytes: Uint8Array<ArrayBuffer> }[];
  };
  progress: {
    /** Bytes that were written, or that the browser has taken. */
    taken: number;
    /** Work that is done, and in all. */
    done: number;
    total: number;
    pace: Pace | null;
  };
  phase: SavePhase;
  waitsFor: WaitsFor;
  failure: Failure | null;
}

/**
 * waiting: for what `waitsFor` says; starting: the browser has not begun;
 * held: its download waits for a click; asking: whether gaps will do;
 * finishing: the browser completes the file; cancelled: by this page; refused:
 * by the browser, or by the person in its download list.
 */
export type SavePhase =
  | "waiting"
  | "starting"
  | "held"
  | "running"
  | "asking"
  | "finishing"
  | "done"
  | "cancelled"
  | "refused"
  | "failed";

/** The end of the scan, of another pass through the backup, of another save. */
export type WaitsFor = { kind: "scan" } | { kind: "pass" } | { kind: "save"; id: string };
