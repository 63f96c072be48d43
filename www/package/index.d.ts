/** Reads backups of Proxmox VE (`.vma`, `.vma.zst`, `.lzo`, `.gz`, `.bz2`): under Node, and in browsers' Workers. */
import type {
  ConfigEntry,
  ContainerFinding,
  DeviceEntry,
  Finding,
  Overview,
  ScanProgress,
  ScanReport,
  Severity,
  VmaError,
} from "../core/vma_inspector.js";

export type {
  ConfigEntry,
  ContainerFinding,
  DeviceEntry,
  Finding,
  Overview,
  ScanProgress,
  ScanReport,
  Severity,
  VmaError,
};

/** Anything of which bytes can be had at once. */
export interface RandomAccess {
  /** Length in bytes. */
  readonly size: number;
  /**
   * The `length` bytes from `offset` on, which lie before `size`. Fewer say that it ends
   * there by now; what it throws becomes a `VmaError` with the code `source-unreadable`.
   */
  readAt(offset: number, length: number): Uint8Array;
}

export interface OpenOptions {
  /** Name of the file, which tells what it is where its first bytes are overwritten. */
  name?: string;
  /** Lets zstd take up to 1 GiB of memory to look back, for files with the code `container-window`. */
  largeWindow?: boolean;
}

/**
 * Opens a backup and reads its header, nothing else.
 *
 * The path of a file, under Node; a `Blob`, such as a `File`, in a Worker of a browser; or
 * an object that can be read at any place, in both. Throws a `VmaError`, or what the system
 * says of a file that cannot be opened.
 */
export function open(
  source: string | URL | Blob | RandomAccess,
  options?: OpenOptions,
): Promise<Backup>;

export interface ScanOptions {
  /** Ends the scan between two steps; another one goes on where it ended. */
  signal?: AbortSignal;
  /** Called now and then, and at the end. */
  onProgress?: (progress: ScanProgress) => void;
}

/** All that was found of one kind. */
export interface FindingKind {
  /** What it is about: the archive, or what wraps that. */
  of: "archive" | "container";
  /** Stable, in kebab-case. */
  code: string;
  severity: Severity;
  count: number;
  /** Keys of what it means in a sentence, in `vma-inspector/words/en.json` and `de.json`. */
  title: string;
  text: string;
  /** The first of them, each with its place: 50 at most. */
  first: (Finding | ContainerFinding)[];
}

/** A stretch of a disk that is not, or may not be, what was backed up. */
export interface Gap {
  /** Where it starts and ends, in bytes of the disk. */
  start: number;
  end: number;
  /** Lost: nobody can have it. In doubt: something speaks against it. Not yet known: scan first. */
  kind: "lost" | "in-doubt" | "not-yet-known";
}

export interface ReadBytes {
  /** Fewer than were asked for at the end of the disk, and before the first byte that cannot be had. */
  bytes: Uint8Array;
  /** What is lost, in doubt or not yet known in the range that was asked for, in order. */
  gaps: Gap[];
}

/** A backup that is open. What is asked of it once it is closed is an error. */
export interface Backup extends Disposable {
  /** What its header says. */
  readonly header: Overview;
  readonly configs: ConfigEntry[];
  readonly devices: DeviceEntry[];
  /** The bytes of a configuration, by its name in the archive; undefined if there is none. */
  config(name: string): Uint8Array | undefined;
  /** Reads all of the backup and compares every checksum there is. */
  scan(options?: ScanOptions): Promise<ScanReport>;
  /**
   * What was found so far. That there is nothing means no more than that every checksum agrees
   * and every cluster is there, and that only once a scan has come to its end.
   */
  findings(): FindingKind[];
  /**
   * Bytes of the disk of a device, 16 MiB at most. They are known once a scan has come by:
   * before that, `gaps` says so.
   */
  read(deviceId: number, offset: number, length: number): ReadBytes;
  /** Lets go of the memory, and of the file. */
  close(): void;
}
