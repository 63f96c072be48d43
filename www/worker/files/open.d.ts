/** What asking a file system takes. */
import type { Archive } from "../../core/vma_inspector.js";
import type { Volume } from "../../core/vma_inspector_files_unix.js";
import type { OpenedVolume } from "../../shared/files.js";
import type { AnySource } from "../source/any-source.js";

/** What is read of an open archive. */
export interface Holder {
  archive: Archive;
  source: AnySource;
  compressed: boolean;
  volumes: { readonly isScanning: boolean };
}

/** An open file system. */
export interface Open {
  volume: Volume;
  /** Null until it is. */
  opened: OpenedVolume | null;
  users: number;
  /** Turns of those who ask it. */
  turns: { tail: Promise<unknown> };
}
