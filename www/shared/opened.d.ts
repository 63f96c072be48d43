/** What a file is opened as, and what it is that is no archive. */
import type { Qcow2Facts } from "../core/vma_inspector_disk_file.js";

/**
 * What a file may be opened as: an archive and nothing else; a disk image too, if it is one;
 * or a raw disk, whatever it begins like.
 */
export type OpenedAs = "archive" | "any" | "raw";

/** A disk in a file of its own. */
export interface ImageFacts {
  format: "raw" | "qcow2";
  /** Null of a raw one. */
  facts: Qcow2Facts | null;
}
