/** The list of many backups, as the page's state has it. */
import type { Failure, Tone } from "../shared/messages.js";
import type { RemoteFile } from "../shared/remote.js";

/** On this computer, or on the page's own server. */
export type BackupFile = File | RemoteFile;

/** What lies beside a backup. */
export interface Beside {
  notes: BackupFile | null;
  /** Of the job that made it. */
  log: BackupFile | null;
  isProtected: boolean;
}

/** One of many backups. Many fields: each column of the list has its own. */
export interface Backup {
  /** Its path below the folder. */
  key: string;
  name: string;
  /** More than one: its parts. */
  files: BackupFile[];
  /** Bytes of all of them. */
  size: number;
  /** The machine's number; null where neither name nor file say it. */
  vmid: string | null;
  machine: string | null;
  /** When it was made, in seconds since 1970; as its name says until it is read. */
  made: number;
  /** Disks of the machine that are not in it. */
  leftOut: string[];
  notes: string;
  /** What the log says was left out, and why. */
  excluded: { disk: string; why: string }[];
  /** Whether the log says that the job failed. */
  hasFailedLog: boolean;
  isProtected: boolean;
  /** known: it can be opened. */
  phase: "new" | "known" | "checking" | "checked" | "failed";
  /** Of its check, from 0 to 1. */
  done: number;
  answer: { tone: Tone; title: string; remarks: { text: string }[] } | null;
  failure: Failure | null;
}

/** The list of the backups in a folder, or of those that were chosen together. */
export interface Backups {
  /** Its name; null where files were chosen. */
  folder: string | null;
  /** Whether the folder holds more than was looked at. */
  isCut: boolean;
  list: readonly Backup[];
  sort: { by: "machine" | "made" | "size" | "verdict"; isDown: boolean };
  filter: string;
  /** Whether they are being checked, one after the other. */
  isChecking: boolean;
  /** Key of the one that was opened. */
  open: string | null;
}
