/** The page's one state value and the events that change it. */
import type {
  DiskContents,
  DiskPicture,
  DoubtTaken,
  DrivesLeftOut,
  FileNameVerdict,
  FilePicture,
  Finding,
  Overview,
  ScanProgress,
  ScanReport,
  VmSummary,
} from "../core/vma_inspector.js";
import type { Backup, Backups } from "./backups-model.js";
import type { Pace, Save, Way } from "./save-model.js";
import type { RecentFile } from "./recent-model.js";
import type { ApplianceFacts, FormatChoice, MachineTexts } from "../core/vma_inspector_export.js";
import type {
  ChosenFile,
  FilesForm,
  GuestFacts,
  GuestOfVolume,
  VolumePlace,
} from "../shared/files.js";
import type { Looked } from "../shared/looked.js";
import type {
  ContentsOfDisk,
  DoubtAs,
  Failure,
  Hashed,
  HashUpdate,
  JoinedFile,
  KeptUsage,
  OpenedArchive,
  Policy,
  Saved,
  SaveWhat,
  ScanPhase,
  ScanUpdate,
  Trust,
} from "../shared/messages.js";
import type { ImageFacts } from "../shared/opened.js";
import type { RemoteFile } from "../shared/remote.js";

export type { Doubt, Pace, Save, SavePhase, WaitsFor, Way } from "./save-model.js";

export interface FileFacts {
  name: string;
  size: number;
  /** Where it is on the page's own server; not there of a file of this computer. */
  address?: string;
}

export interface Scan {
  phase: ScanPhase;
  progress: ScanProgress | null;
  report: ScanReport | null;
  pace: Pace | null;
  failure: Failure | null;
  /** When it was scanned, if that was on an earlier occasion. */
  scannedAt: number | null;
}

export interface ConfigContent {
  bytes: Uint8Array | null;
  failure: Failure | null;
}

/** The part of a findings list that is shown. */
export interface FindingsPage {
  /** Number of the first that was asked for last. */
  wanted: number;
  /** Number of the first of `items`; these stay until the wanted ones are there. */
  from: number;
  items: Finding[];
  failure: Failure | null;
}

/** Many fields: each is asked for on its own, and arrives by an event of its own. */
export interface ShownArchive {
  id: number;
  file: FileFacts;
  /** What it was put together from, if it was. */
  parts: Pick<JoinedFile, "names" | "joints"> | null;
  overview: Overview;
  /** Of a disk in a file of its own; null of a backup. */
  image: ImageFacts | null;
  summary: VmSummary | null;
  fileName: FileNameVerdict;
  /** Null where there is no configuration to compare the disks with. */
  leftOut: DrivesLeftOut | null;
  /** What Proxmox would say and do, and what is lost, once the scan is at rest. */
  trust: Trust | null;
  scan: Scan;
  /** Why the file is not there any more, or not the same; null as long as it is. */
  gone: Failure | null;
  /** When it was scanned before, if it was found to have changed since. */
  changedSince: number | null;
  configs: ReadonlyMap<number, ConfigContent>;
  /** By code; only those a person has opened. */
  findings: ReadonlyMap<string, FindingsPage>;
  /** Lost bytes by device, where a save found more of them than the scan. */
  lost: ReadonlyMap<number, number>;
  /** How each disk can be written; once the scan is finished. */
  formats: ReadonlyMap<number, readonly FormatChoice[]>;
  /** How many times the whole backup is unpacked to read a disk in its own order. */
  timesUnpacked: ReadonlyMap<number, number>;
  /** Another format that a disk begins like, of those that do. */
  beginsLike: ReadonlyMap<number, string>;
  /** Of file systems that were looked through; until more of the disks is known. */
  hits: readonly FilesHit[];
  /** By which way each disk is saved; where nothing was chosen, what suits best. */
  ways: ReadonlyMap<number, Way>;
  hashes: ReadonlyMap<number, Hash>;
  /** What is on each disk, as far as that is known. */
  contents: ReadonlyMap<number, DiskContents>;
  /** What files in the file systems of the disks tell of the machine, as far as they were asked. */
  guests: readonly GuestOfVolume[];
  /** What pictures are drawn from: of disks by device, and of the archive. */
  diskPictures: ReadonlyMap<number, DiskPicture>;
  filePicture: FilePicture | null;
  elsewhere: Elsewhere;
  /** Whether there are configurations in the report. */
  withConfigs: boolean;
  /** Whether the report and the lists of settings hold what is not for others to read. */
  withSecrets: boolean;
}

/** What this browser lets the page do with files. */
export interface Abilities {
  serviceWorker: boolean;
  filePicker: boolean;
  folderPicker: boolean;
  /** Bytes that the browser's own storage takes beside saves under way; null: there is none. */
  stageFree: number | null;
  /** Bytes that its memory takes beside them. */
  memoryFree: number;
  /** Whether it takes no single file above 10 GiB. */
  stageLimited: boolean;
}

/** The parts of the page below the list of disks. */
export type Tab =
  "configuration" | "files" | "damage" | "restore" | "elsewhere" | "bytes" | "details";

/** A place that is looked at byte by byte. */
export interface Look {
  of: Looked;
  /** Bytes from its start. */
  at: number;
}

/** How many files of a file system are hit; `isAll`: nothing is known to be untold. */
export interface FilesHit {
  volume: VolumePlace;
  hit: number;
  isAll: boolean;
}

/** What of an open archive a person looks at. */
export interface Screen {
  /** Null: the first that there is. */
  tab: Tab | null;
  /** Null: the beginning. */
  look: Look | null;
  /** The file system whose files are looked at; null: the largest. */
  volume: VolumePlace | null;
  /** Of which it was asked last which files are hit; each time another object. */
  hits: VolumePlace | null;
  /** Keys of the lines of disks that are open. */
  opened: ReadonlySet<string>;
  /** Letters that a disk's name has to have. */
  filter: string;
  /** Lines of disks that are shown at most. */
  rows: number;
  /** Whether it is being printed: all parts are drawn for that. */
  isPrinted: boolean;
}

export interface SaveChoice {
  /** Code of a format. */
  format: string;
  /** Null: what suits best. */
  way: Way | null;
}

/** SHA-256 of a disk's contents. */
export interface Hash {
  phase: "running" | "done" | "failed";
  at: number;
  size: number;
  sha256: string | null;
  /** Bytes that were missing, and were hashed as zeros. */
  lost: number;
  /** Bytes in doubt, and what they were hashed as. */
  doubt: DoubtAs;
  failure: Failure | null;
}

/** The VM for other programs. */
export interface Elsewhere {
  keepsMacs: boolean;
  compressed: boolean;
  /** Of the disks that the texts name, and that a folder gets. */
  format: string;
  /** Null until they are there. */
  facts: ApplianceFacts | null;
  texts: MachineTexts | null;
}

/** The page's threads; each may have a policy of its own. */
export type PolicyOf = "page" | "worker" | "reader" | "hasher" | "hand" | "service";
/** Null: there is no Service Worker. */
export type Policies = { readonly [Thread in PolicyOf]?: Policy | null };

/** Bytes of what is stored in the browser. */
export interface Stored {
  /** Kept scans. */
  scans: number;
  /** Files that were made here, to be downloaded. */
  staged: number;
  /** What the person chose. */
  settings: number;
  /** The page's own files. */
  page: number;
}

/** Many fields: the parts of the page know nothing of each other. */
export interface State {
  dragging: "no" | "file" | "other";
  opening: FileFacts | null;
  /** The last opening that failed; `again`: how it may open; `sentence`: what it is. */
  failure: {
    file: FileFacts | null;
    failure: Failure;
    again: { file: File | RemoteFile; largeWindow?: true; asRaw?: true } | null;
    sentence: { title: string; text: string } | null;
  } | null;
  archive: ShownArchive | null;
  /** Null until many are chosen. */
  backups: Backups | null;
  saves: readonly Save[];
  screen: Screen;
  /** Code of the format that disks are saved in. */
  format: string;
  /** What the browser can do; null until that is known. */
  abilities: Abilities | null;
  /** The save whose question is shown. */
  question: string | null;
  /** Whether finished scans are kept in the browser, and how much is. */
  keeping: { wanted: boolean; usage: KeptUsage | null };
  /** Whether the files that were opened last are remembered, and which. */
  recent: { wanted: boolean; list: readonly RecentFile[] };
  /** What the threads find of their policy, as far as it is known. */
  policies: Policies;
  /** Requests to anything but the page's own folder since it was loaded. */
  askedElsewhere: number;
  /** Of these, to the server that the page came from. */
  askedOfOwn: number;
  /** A newer version of the page: at hand; kept waiting by a save; or in charge by now. */
  newer: "none" | "found" | "busy" | "replaced";
  /** What is stored in the browser; null until that is known. */
  stored: Stored | null;
  /** Whether everything was removed in this visit. */
  removed: boolean;
  /** For the live region; the serial lets the same words be said again. */
  announcement: { text: string; serial: number };
}

/** What the list of disks is drawn from. */
export interface DisksDrawn extends Pick<State, "saves" | "abilities" | "screen" | "format"> {
  archive: ShownArchive;
}

export type PageEvent =
  // What a person does.
  | { type: "drag-moved"; over: "no" | "file" | "other" }
  /** `fresh`: scan it even if a scan of it was kept. */
  | {
      type: "file-chosen";
      file: File | RemoteFile;
      fresh?: boolean;
      largeWindow?: boolean;
      /** As a raw disk, whatever it begins like. */
      asRaw?: boolean;
      /** When it was scanned, if it was found to have changed since. */
      changedSince?: number | null;
    }
  /** Several at once, which may be the parts of one. */
  | { type: "files-chosen"; files: File[] }
  /** Several backups: files, or folders that were dropped, or one that is to be picked. */
  | { type: "backups-chosen"; files: File[] }
  /** A folder on the page's own server, by its address. */
  | { type: "backups-on-server"; address: string }
  | { type: "backups-dropped"; entries: FileSystemEntry[] }
  | { type: "backups-wanted" }
  | { type: "backups-check-wanted" }
  | { type: "backups-stop-wanted" }
  | { type: "backups-sorted"; by: Backups["sort"]["by"] }
  | { type: "backups-filtered"; filter: string }
  | { type: "backups-closed" }
  | { type: "backup-opened"; key: string }
  | { type: "backups-back-wanted" }
  | { type: "drop-refused"; failure: Failure }
  | { type: "failure-dismissed" }
  | { type: "scan-stop-wanted" }
  | { type: "scan-continue-wanted" }
  | { type: "scan-again-wanted" }
  /** The disk image that is open, as a raw disk. */
  | { type: "as-raw-wanted" }
  | { type: "config-wanted"; index: number }
  | { type: "findings-wanted"; code: string; from: number }
  /** A person knows how long a disk is of which the header does not say it. */
  | { type: "size-wanted"; deviceId: number; bytes: number }
  | { type: "tab-chosen"; tab: Tab }
  /** The line of a disk is opened, or closed. */
  | { type: "disk-toggled"; key: string }
  | { type: "disks-filtered"; filter: string }
  | { type: "more-disks-wanted" }
  | { type: "printed"; isPrinted: boolean }
  /** Of all disks. */
  | { type: "format-chosen"; format: string }
  | { type: "way-chosen"; deviceId: number; way: Way }
  | { type: "save-wanted"; deviceId: number }
  /** The configuration of the machine, as it stands in the backup. */
  | { type: "config-save-wanted"; index: number }
  /** Every disk that there is, and the configurations where they find a place. */
  | { type: "all-wanted" }
  /** Without a check first: in the pass that scans. */
  | { type: "one-pass-wanted"; deviceId: number }
  | {
      type: "elsewhere-chosen";
      choice: Partial<Pick<Elsewhere, "keepsMacs" | "compressed" | "format">>;
    }
  | { type: "appliance-wanted" }
  | { type: "folder-wanted"; deviceIds: number[]; configs: boolean }
  | { type: "map-wanted"; deviceId: number }
  | { type: "hash-wanted"; deviceId: number }
  | { type: "hash-cancel-wanted"; deviceId: number }
  /** `marked`: what is lost is marked by a text; `doubt`: what it is taken for. */
  | { type: "save-confirmed"; marked: boolean; doubt: DoubtTaken }
  | { type: "save-declined" }
  | { type: "save-cancel-wanted"; id: string }
  /** The download that waits for a click may begin. */
  | { type: "save-let"; id: string }
  | { type: "save-dismissed"; id: string }
  /** Part of a picture is shown, clusters of a disk or bytes of the archive (null). */
  | {
      type: "cells-wanted";
      archive: number;
      deviceId: number | null;
      from: number;
      to: number;
      cells: number;
    }
  /** A place, in bytes, was chosen in a picture or a list. */
  | { type: "placeChosen"; of: Looked; offset: number }
  /** The cursor stands elsewhere now, in what is looked at. */
  | { type: "look-moved"; look: Look }
  /** What the address says, on the way back or forth. */
  | {
      type: "address-followed";
      tab: Tab | null;
      look: Look | null;
      volume?: VolumePlace | null;
    }
  /** A file system, to look at its files. */
  | { type: "volume-chosen"; volume: VolumePlace }
  /** A file system, to look which of its files are hit. */
  | { type: "hits-wanted"; volume: VolumePlace }
  | { type: "hits-told"; archive: number; told: FilesHit }
  /** Files and folders of one folder, to be saved: one file as it is, or all in one archive. */
  | { type: "files-wanted"; volume: VolumePlace; chosen: ChosenFile[]; form: FilesForm }
  | { type: "said"; text: string }
  | { type: "report-wanted" }
  | { type: "report-text-wanted"; how: "copy" | "save" }
  | { type: "configs-wanted"; wanted: boolean }
  | { type: "secrets-wanted"; wanted: boolean }
  | { type: "print-wanted" }
  /** The file that is open, which was gone. */
  | { type: "reopen-wanted" }
  | { type: "keeping-wanted"; wanted: boolean }
  | { type: "forget-kept-wanted" }
  | { type: "recent-wanted"; wanted: boolean }
  | { type: "sample-wanted" }
  | { type: "recent-chosen"; key: string }
  | { type: "remove-all-wanted" }
  /** The copy of a save, which was downloaded. */
  | { type: "remove-staged-wanted"; id: string }
  | { type: "newer-wanted" }
  // What came of it.
  | { type: "backups-listed"; folder: string | null; isCut: boolean; list: Backup[] }
  | { type: "backup-changed"; key: string; change: Partial<Backup> }
  | { type: "backups-checking"; isChecking: boolean }
  /** The list is shown again, and what was opened is closed. */
  | { type: "backups-back" }
  | { type: "recent-listed"; list: readonly RecentFile[] }
  | { type: "kept-counted"; usage: KeptUsage }
  | { type: "stored-counted"; stored: Stored }
  | { type: "staged-removed"; id: string }
  | { type: "all-removed"; stored: Stored }
  | { type: "policy-found"; thread: PolicyOf; policy: Policy | null }
  | { type: "asked-elsewhere"; count: number; ofOwn: number }
  | { type: "newer-changed"; newer: State["newer"] }
  | ({ type: "open-failed" } & NonNullable<State["failure"]> & { file: FileFacts })
  | {
      type: "opened";
      file: FileFacts;
      parts: Pick<JoinedFile, "names" | "joints"> | null;
      archive: OpenedArchive;
      changedSince: number | null;
    }
  /** `scannedAt`: when it was last what the page says of it; milliseconds since 1970. */
  | { type: "file-gone"; archive: number; failure: Failure; scannedAt: number }
  | { type: "file-back"; archive: number }
  | { type: "scan-contradicted"; archive: number }
  | { type: "scan-started"; archive: number }
  | { type: "scan-progressed"; archive: number; update: ScanUpdate; pace: Pace | null }
  | { type: "scan-finished"; archive: number; update: ScanUpdate }
  | { type: "size-taken"; archive: number; report: ScanReport }
  | { type: "scan-stopped"; archive: number }
  | { type: "scan-failed"; archive: number; failure: Failure }
  | { type: "config-arrived"; archive: number; index: number; content: ConfigContent }
  | {
      type: "findings-arrived";
      archive: number;
      code: string;
      from: number;
      items: Finding[];
      failure: Failure | null;
    }
  | { type: "trust-arrived"; archive: number; trust: Trust }
  | { type: "contents-arrived"; archive: number; contents: ContentsOfDisk[] }
  | { type: "guest-told"; archive: number; volume: VolumePlace; told: GuestFacts }
  | { type: "disk-cells-arrived"; archive: number; deviceId: number; picture: DiskPicture }
  | { type: "file-cells-arrived"; archive: number; picture: FilePicture }
  | { type: "worker-ended"; failure: Failure }
  | { type: "abilities-known"; abilities: Abilities }
  | { type: "room-measured"; room: Pick<Abilities, "stageFree" | "memoryFree"> }
  | {
      type: "formats-arrived";
      archive: number;
      deviceId: number;
      formats: readonly FormatChoice[];
      timesUnpacked: number;
    }
  | { type: "beginning-arrived"; archive: number; deviceId: number; beginsLike: string }
  | {
      type: "elsewhere-arrived";
      archive: number;
      facts: ApplianceFacts | null;
      texts: MachineTexts;
    }
  | { type: "save-started"; save: Save }
  | { type: "save-changed"; save: Save }
  /** All of its disks was read. */
  | { type: "save-read"; archive: number; saved: Saved }
  | { type: "hash-changed"; archive: number; deviceId: number; update: HashUpdate }
  | { type: "hash-done"; archive: number; deviceId: number; hashed: Hashed }
  | { type: "hash-failed"; archive: number; deviceId: number; failure: Failure }
  | { type: "hash-dropped"; archive: number; deviceId: number };

export type Send = (event: PageEvent) => void;
