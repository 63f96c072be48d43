/** What crosses between the page, its Worker and its Service Worker. */
import type {
  DiskContents,
  DoubtTaken,
  DiskPicture,
  DrivesLeftOut,
  FileNameVerdict,
  FilePicture,
  Finding,
  ForeignFile,
  Overview,
  Place,
  PartOrder,
  ProxmoxPrediction,
  ProxmoxRestore,
  ScanProgress,
  ScanReport,
  VmSummary,
} from "../core/vma_inspector.js";
import type { ApplianceFacts, FormatChoice, MachineTexts } from "../core/vma_inspector_export.js";
import type { ChosenFile, FileMissed, FilesForm, FilesRequests, VolumePlace } from "./files.js";
import type { LookingRequests } from "./looked.js";
import type { ImageFacts, OpenedAs } from "./opened.js";
import type { RemoteFile } from "./remote.js";
import type { Shortage } from "./shortage.js";

/** What is known of what is on a disk. */
export interface ContentsOfDisk {
  deviceId: number;
  contents: DiskContents;
}

/** Why something could not go on: the core's error, or one of the page's own. */
export interface Failure {
  /** Stable, kebab-case; `sentences.js` has words for it. */
  code: string;
  /** The technical line. */
  message: string;
  part: string | null;
  offset: number | null;
  /** What Proxmox's own program says of a file that could not be opened. */
  proxmox?: ProxmoxPrediction | null;
  /** What a file is that could not be opened, if that is something else that is known. */
  foreign?: ForeignFile | null;
  /** Why a file finds no room. */
  shortage?: Shortage | null;
}

/** A file that was put together from parts. */
export interface JoinedFile {
  file: File;
  /** The parts' names, in the order that was found. */
  names: string[];
  /** What speaks for each joint. */
  joints: PartOrder["joints"];
}

/** An archive that the Worker holds open. */
export interface OpenedArchive {
  /** To name it in later requests. */
  archive: number;
  overview: Overview;
  fileName: FileNameVerdict;
  /** Null where there is no readable `qemu-server.conf`. */
  summary: VmSummary | null;
  /** Null where there is no configuration to compare the disks with. */
  leftOut: DrivesLeftOut | null;
  /** Of what is no archive but a disk image; otherwise null. */
  image: ImageFacts | null;
}

/**
 * Which connections the browser was seen to stop: all but to the page's own origin;
 * none; or some, and it is not known which.
 */
export type Policy = "own-origin" | "nowhere" | "none" | "unknown";

/** What the build tells the Service Worker of the page. */
export interface PageFiles {
  /** A hash over all the rest. */
  version: string;
  /** Of every answer. */
  headers: Record<string, string>;
  /** Content types by the ending of a name. */
  types: Record<string, string>;
  /** The beginning of each file's SHA-256, in base64. */
  files: Record<string, string>;
}

/** Scans that are kept in the browser. */
export interface KeptUsage {
  count: number;
  bytes: number;
}

/** `kept`: taken from a scan on an earlier occasion, and nothing of the file was read for it. */
export type ScanPhase = "running" | "stopped" | "done" | "failed" | "kept";

export interface ScanUpdate {
  progress: ScanProgress;
  /** Counted so far; not in every update. */
  report: ScanReport | null;
  /** When it was scanned, if that was before and was kept; milliseconds since 1970. */
  scannedAt: number | null;
}

/** Bytes of a disk; the first ranges only. */
export interface Ranges {
  /** Ranges, and bytes in all of them. */
  count: number;
  bytes: number;
  ranges: { offset: number; length: number }[];
}

/** What is lost of a disk, and what can be read and something speaks against. */
export interface DamageOfDevice {
  deviceId: number;
  lost: Ranges;
  doubt: Ranges;
}

export interface Trust {
  proxmox: ProxmoxPrediction;
  restore: ProxmoxRestore;
  leftOut: DrivesLeftOut | null;
  /** `qemu-server.conf` in words, which may stand further on in the file. */
  summary: VmSummary | null;
  /** Of the disks of which something is lost or in doubt. */
  damage: DamageOfDevice[];
  /** What the findings are about; null where there are too many. */
  places: Place[] | null;
}

export type Tone = "good" | "warning" | "damage" | "neutral";

/** A heading and a few sentences that are true. */
export interface Verdict {
  tone: Tone;
  title: string;
  text: string;
}

/** What was compared, with what, and how that came out. */
export interface Checked {
  what: string;
  against: string;
  result: string;
  tone: Tone;
}

/** What the page knows for the report and the Worker does not. */
export interface ReportFacts {
  file: { name: string; size: number };
  phase: ScanPhase;
  /** When it was scanned, if that was before and was kept. */
  scannedAt: string | null;
  verdict: Verdict & { checked: Checked[]; notChecked: string };
  containerVerdict: Verdict | null;
  /** SHA-256 of images that were computed, by device. */
  hashes: Record<number, HashedFact>;
  /** Whether there are configurations in it, and whether they stand there as they are. */
  withConfigs: boolean;
  withSecrets: boolean;
  /** What is known to be on the disks, by device. */
  contents: Record<number, DiskContents>;
  /** The saves that came to their end. */
  saves: SavedFact[];
}

/** A SHA-256 of a disk, and what it is of. */
export interface HashedFact {
  sha256: string;
  of: {
    /** Bytes that are lost, and were hashed as zeros. */
    lost: number;
    doubt: DoubtAs;
    /** All of it in words. */
    text: string;
  };
}

/** A file that was saved, and what it holds for bytes that are lost or in doubt. */
export interface SavedFact {
  fileName: string;
  size: number;
  devices: number[];
  /** Whether what is lost reads as a text that says so. */
  marked: boolean;
  lost: number;
  doubt: DoubtAs;
  /** In words what is lost and in doubt of it; one sentence each. */
  text: string[];
}

/** Bytes in doubt, and what they were taken for. */
export interface DoubtAs {
  bytes: number;
  taken: DoubtTaken;
}

/** What a person wants to have. */
export type SaveWhat =
  /**
   * A disk in a format of the core's `formats`; `marked`: what is missing reads
   * as a text that says so, and not as zeros.
   */
  | { kind: "disk"; deviceId: number; format: string; marked: boolean; doubt: DoubtTaken }
  /**
   * A disk, written while the scan that is started next goes through the backup:
   * in a format whose size is exact; before the backup was scanned, raw. What is
   * in doubt is in it as it is.
   */
  | { kind: "one-pass"; deviceId: number; format: string }
  /** The VM in one file. */
  | {
      kind: "appliance";
      devices: number[];
      keepsMacs: boolean;
      compressed: boolean;
      doubt: DoubtTaken;
    }
  /** Files of a disk: one as it is, or any number in a tar archive. */
  | { kind: "files"; volume: VolumePlace; chosen: ChosenFile[]; form: FilesForm };

/** Where it is to go. */
export type SinkOrder =
  /** To the Service Worker, for a download. */
  | { kind: "port"; port: MessagePort }
  /** Into a file that the person picked; `isNew`: one that was not there before. */
  | { kind: "file"; handle: FileSystemFileHandle; isNew: boolean }
  /** Into the browser's private file system, to be downloaded when it is whole. */
  | { kind: "stage"; name: string }
  /** Into a `Blob`. */
  | { kind: "blob" };

export interface SaveUpdate {
  /** It now waits for a scan that is made for saves. */
  awaitsScan: boolean;
  /** Work that is done, and in all. */
  done: number;
  total: number;
  /** Bytes that were written. */
  given: number;
}

/** Everything was written. */
export interface Saved {
  /** Bytes of the file. */
  size: number;
  /** Bytes of the disks that could not be had, and are zeros. */
  lost: { deviceId: number; bytes: number }[];
  /** Of a raw disk: another format that it begins like. */
  beginsLike: string | null;
  /** The scan's, with what was found wrong with the container since. */
  report: ScanReport;
  /** Of files in a tar archive: what is not in it, or not whole. */
  missed?: FileMissed[];
}

export interface HashUpdate {
  at: number;
  size: number;
}

/** SHA-256 of all bytes of a disk. */
export interface Hashed {
  /** 64 hex digits. */
  sha256: string;
  size: number;
  /** Bytes of it that could not be had, and were taken for zeros. */
  lost: number;
  /** Those in doubt; as lost, they were taken for zeros too. */
  doubt: DoubtAs;
  report: ScanReport;
}

/** Each kind of request with its parameters, its progress and its result. Many fields: one for each kind. */
export interface Requests extends LookingRequests, FilesRequests {
  /** `largeWindow`: lets zstd take up to 1 GiB of memory to look back. */
  /** Puts the parts of a file that was split together; null if they are none. */
  join: { ask: { files: File[] }; progress: never; result: JoinedFile | null };
  open: {
    ask: { file: File | RemoteFile; largeWindow: boolean; as: OpenedAs };
    progress: never;
    result: OpenedArchive;
  };
  /**
   * `keep`: takes a scan that was kept before, and keeps this one; `fresh`: takes
   * none; `forSaves`: starts anew, and hands what it comes by to the saves that wait.
   */
  scan: {
    ask: { archive: number; keep: boolean; fresh: boolean; forSaves: boolean };
    progress: ScanUpdate;
    result: ScanUpdate;
  };
  /** How much is kept of former scans. */
  keptUsage: { ask: object; progress: never; result: KeptUsage };
  /** Forgets all of them. */
  forgetKept: { ask: object; progress: never; result: KeptUsage };
  config: { ask: { archive: number; index: number }; progress: never; result: Uint8Array };
  findings: {
    ask: { archive: number; code: string; from: number; count: number };
    progress: never;
    result: Finding[];
  };
  /** Takes a person's word for the size of a disk. */
  assumeSize: {
    ask: { archive: number; deviceId: number; bytes: number };
    progress: never;
    result: ScanReport;
  };
  /**
   * What a picture of a disk is drawn from: clusters `from` to `to`, in so many cells;
   * null for a disk that is none. Counted in steps.
   */
  diskCells: {
    ask: { archive: number; deviceId: number; from: number; to: number; cells: number };
    progress: never;
    result: DiskPicture | null;
  };
  /** The same of the archive: bytes `from` to `to`. */
  fileCells: {
    ask: { archive: number; from: number; to: number; cells: number };
    progress: never;
    result: FilePicture;
  };
  imageSize: { ask: { archive: number; deviceId: number }; progress: never; result: number };
  formats: {
    ask: { archive: number; deviceId: number };
    progress: never;
    /** `timesUnpacked`: how much of the backup it takes to read the disk in its own order. */
    result: { formats: FormatChoice[]; timesUnpacked: number };
  };
  /** What is on each disk, as far as that is known. */
  diskContents: { ask: { archive: number }; progress: never; result: ContentsOfDisk[] };
  /** Another format that a disk begins like; null where it is not known to. */
  beginsLike: {
    ask: { archive: number; deviceId: number };
    progress: never;
    result: string | null;
  };
  appliance: {
    ask: { archive: number; keepsMacs: boolean; compressed: boolean };
    progress: never;
    result: ApplianceFacts | null;
  };
  /** `stem`: what the names of the disks' files begin with. */
  machineTexts: {
    ask: { archive: number; keepsMacs: boolean; format: string; stem: string };
    progress: never;
    result: MachineTexts;
  };
  /**
   * What a disk lacks and what of it is in doubt, or taken as lost, as a map for
   * GNU ddrescue; null if nothing.
   */
  lostMap: {
    ask: { archive: number; deviceId: number; doubt: DoubtTaken };
    progress: never;
    result: string | null;
  };
  /**
   * Writes all of it. `fileName`: what it is saved under. `hashes`: the disks whose SHA-256 is begun on the way.
   * Unless it went to a port, the page has to `commit` it by its `job`.
   */
  save: {
    ask: {
      archive: number;
      job: string;
      what: SaveWhat;
      fileName: string;
      sink: SinkOrder;
      hashes: number[];
    };
    progress: SaveUpdate;
    result: Saved;
  };
  /** Keeps or drops what a save has written; gives a file that the page has to download. */
  commit: { ask: { job: string; keep: boolean }; progress: never; result: Blob | null };
  /** The SHA-256 of a disk; one that a save has begun is brought to its end. */
  hash: {
    ask: { archive: number; deviceId: number; doubt: DoubtTaken };
    progress: HashUpdate;
    result: Hashed;
  };
  /** What Proxmox would say and do, and what is lost or in doubt. */
  trust: { ask: { archive: number }; progress: never; result: Trust };
  /** Everything as one JSON file. */
  report: { ask: { archive: number; facts: ReportFacts }; progress: never; result: Blob };
  /** Lets go of an archive once nothing uses it any more. */
  close: { ask: { archive: number }; progress: never; result: null };
}

export type RequestKind = keyof Requests;

/** Page to Worker. */
export type Request = {
  [Kind in RequestKind]: { id: number; kind: Kind } & Requests[Kind]["ask"];
}[RequestKind];
export type RequestOf<Kind extends RequestKind> = Extract<Request, { kind: Kind }>;
/** What a request may tell while it is worked on, and how it is given up. */
export interface Work<Kind extends RequestKind> {
  tell: (value: Requests[Kind]["progress"]) => void;
  signal: AbortSignal;
}
/** Answers one kind of request, in the Worker. */
export type Handler<Kind extends RequestKind> = (
  request: RequestOf<Kind>,
  work: Work<Kind>,
) => Requests[Kind]["result"] | Promise<Requests[Kind]["result"]>;
export type HandlersOf<Kinds extends RequestKind> = { [Kind in Kinds]: Handler<Kind> };
export type Handlers = HandlersOf<RequestKind>;
/** Threads that work for the Worker: one reads ahead, one hashes, some unpack ahead. */
export type Helper = "reader" | "hasher" | "hand";
export type ToWorker =
  | Request
  | { id: number; kind: "cancel" }
  | { id: number; kind: "helper"; role: Helper; port: MessagePort };

/** Worker to page. */
export type FromWorker =
  /** The request was taken up: the Worker is alive. */
  | { id: number; kind: "accepted" }
  | { id: number; kind: "progress"; value: Requests[RequestKind]["progress"] }
  | { id: number; kind: "result"; value: Requests[RequestKind]["result"] }
  | { id: number; kind: "error"; failure: Failure }
  /** It holds the lock that is called as it is, and will until its end. */
  | { id: null; kind: "alive" }
  | ({ id: null } & FromHelper)
  /** It wants so many threads that unpack ahead, in place of those that it had. */
  | { id: null; kind: "hands"; count: number }
  /** What was kept of its scan does not fit the file any more, and is forgotten. */
  | { id: null; kind: "changed"; archive: number }
  /** The core is broken; nothing more will come. */
  | { id: null; kind: "fatal"; message: string };

/** Service Worker to Worker, through the file's port. */
export type ToImage = { kind: "pull" } | { kind: "cancel" };
/** Worker to Service Worker, through the file's port. */
export type FromImage =
  | { kind: "chunk"; bytes: Uint8Array<ArrayBuffer> }
  /** That was all. */
  | { kind: "end" }
  | { kind: "failed"; failure: Failure };

/** Helper to page. */
export type FromHelper = { kind: "policy"; policy: Policy } | { kind: "asked"; urls: string[] };
/** Page to a helper: where it gets its messages from, and sends its answers to. */
export interface ToHelper {
  port: MessagePort;
}

/** Worker to the Worker that hashes. */
export type ToHasher =
  /** Comes first. */
  | { kind: "core"; module: WebAssembly.Module | ArrayBuffer }
  | { job: number; kind: "pass"; offset: number; bytes: Uint8Array<ArrayBuffer> }
  | { job: number; kind: "end"; size: number }
  | { job: number; kind: "drop" };
export type FromHasher =
  /** So far it is hashed; `taken` bytes less are waiting, and their buffer comes back. */
  | { job: number; kind: "at"; at: number; taken: number; buffer: ArrayBuffer | null }
  | { job: number; kind: "hash"; hex: string }
  | { job: number; kind: "failed" };

/** Page to Service Worker. */
export type ToServiceWorker =
  /** A save that will be fetched as `vma-inspector-save/<id>`. */
  | {
      kind: "save";
      id: string;
      name: string;
      /** Null where that shows only at the end. */
      size: number | null;
      image: MessagePort;
      control: MessagePort;
    }
  /** Keeps it running; asks which of these saves it no longer knows. */
  | { kind: "ping"; ids: string[] }
  /** Asks the active one whether a newer one may take over. */
  | { kind: "may-hand-over"; reply: MessagePort }
  /** Asks which policy it is found to have. */
  | { kind: "policy"; reply: MessagePort }
  /** Tells a waiting one to take over. */
  | { kind: "take-over" };

/** Page to Service Worker, through the save's control port. */
export type ToSave = { kind: "cancel"; failure: Failure };
/** Service Worker to page, through the save's control port. */
export type FromSave =
  /** It is known here; the browser asks for it; it takes of it. */
  | { kind: "registered" | "asked" | "started" }
  /** Bytes that the browser's download has taken. */
  | { kind: "taken"; bytes: number }
  | { kind: "done"; bytes: number }
  | { kind: "cancelled-by-browser" }
  | { kind: "failed"; failure: Failure };

/** Service Worker to page, outside any save. */
export type FromServiceWorker = { kind: "unknown-saves"; ids: string[] };
