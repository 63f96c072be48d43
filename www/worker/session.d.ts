/** An open archive in the Worker, and what goes on with it. */
import type { Archive, ContainerReport, ScanProgress } from "../core/vma_inspector.js";
import type { Placement } from "../core/vma_inspector_export.js";
import type { GiveBack } from "./buffers.js";
import type { Volumes } from "./files/volumes.js";
import type { HashFeed } from "./hashing/hash-feed.js";
import type { RemoteFile } from "../shared/remote.js";
import type { AnySource } from "./source/any-source.js";

/** Many fields: all that goes on with one archive. */
export interface Session {
  /** Of a disk image what stands for one: `disk-file/disk-archive.js`. */
  archive: Archive;
  /** Whether it is an archive, or a disk in a file of its own. */
  kind: "archive" | "disk";
  /** Of one on the page's server what is known of it. */
  file: File | RemoteFile;
  source: AnySource;
  /** Whether it is unpacked, and so read, from front to back. */
  compressed: boolean;
  /**
   * The scan that was kept and is relied on: what it is kept as, what it said of the
   * container, and whether the file has been found to contradict it.
   */
  kept: { key: string; container: ContainerReport; isContradicted: boolean } | null;
  /** Saves that wait for the next scan, by device. */
  watchers: Map<number, Watcher>;
  /** Fulfilled when the last scan has ended. */
  scanned: Promise<void>;
  /** Hashes that saves have begun, by device and what its doubt is taken for. */
  feeds: Map<string, HashFeed>;
  /** File systems of its disks that are open. */
  volumes: Volumes;
  /** Disks that were saved in the backup's order, by device. */
  copies: Map<number, Copy>;
}

/** A save that waits for what a scan comes by. */
export interface Watcher {
  write(offset: number, bytes: Uint8Array<ArrayBuffer>, giveBack: GiveBack): Promise<void>;
  tell(progress: ScanProgress): void;
  /** Whether the save was given up. */
  hasEnded(): boolean;
  /** The scan has seen everything. */
  finish(): void;
  fail(error: unknown): void;
}

/** A file that holds a disk; `placement` says where in it, and is null if it is raw. */
export interface Copy {
  file: Blob;
  placement: Placement | null;
}
