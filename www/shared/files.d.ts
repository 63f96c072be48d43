/** What crosses between the page and its Worker where the files of a disk are looked at. */

/** A file system: of a disk, of one of its areas as `DiskContents` lists them, or of a logical volume in one. */
export interface VolumePlace {
  deviceId: number;
  /** Which of `DiskContents.areas`, from 0. */
  area: number;
  /** Which of the area's `volumes`, from 0; null for the area itself. */
  logical: number | null;
}

/** A thing of a file system: the same as long as the volume is open. */
export type NodeId = bigint;

export type FileType =
  "file" | "directory" | "link" | "block" | "character" | "fifo" | "socket" | "other";

/** A name, or a target of a link. */
export interface FileName {
  /** With the replacement character where it is no UTF-8. */
  text: string;
  /** Its bytes where they are no UTF-8; null where `text` says all. */
  bytes: Uint8Array<ArrayBuffer> | null;
}

/** Why something of a file system cannot be had: a `FaultKind` code of the core's, and what about. */
export interface FileFault {
  code: string;
  about: string;
}

/** Seconds since 1970 began; `isLocal`: of a wall clock whose zone nobody wrote down. */
export interface FileTime {
  seconds: number;
  nanoseconds: number;
  isLocal: boolean;
}

/** What is known of a thing. */
export interface NodeFacts {
  type: FileType;
  /** Bytes; a claim until they are read. */
  size: number;
  links: number | null;
  /** Permissions and the three bits above them, owner and group; null where there are none. */
  unix: { mode: number; user: number; group: number } | null;
  modified: FileTime | null;
  changed: FileTime | null;
  accessed: FileTime | null;
  created: FileTime | null;
  /** Major and minor number. */
  device: { major: number; minor: number } | null;
  isHidden: boolean;
}

/** An entry of a directory. */
export interface FileEntry {
  name: FileName;
  id: NodeId;
  /** What it is, as far as the directory says. */
  type: FileType | null;
  /** Null where `fault` says why. */
  node: NodeFacts | null;
  /** Why nothing is known of it. */
  fault: FileFault | null;
  /** Of a link, where it leads; null if that cannot be had. */
  target: FileName | null;
}

export interface OpenedVolume {
  root: NodeId;
  /** Codes of what a person should know of the whole (`Note` of the core). */
  notes: string[];
  subvolumes: { id: NodeId; path: FileName[]; isSnapshot: boolean; isReadOnly: boolean }[];
}

/** A part of a directory, in the file system's order. */
export interface FolderPart {
  entries: FileEntry[];
  /** Where it goes on; null at its end, or where nothing more can be had. */
  next: bigint | null;
  /** Entries that make no sense, and were left out. */
  leftOut: number;
  /** Why some of it cannot be had: a stretch of it, or the rest. */
  fault: FileFault | null;
}

/** How much is being unpacked to come to a place: bytes that are done, and in all about. */
export interface FilesUpdate {
  done: number;
  total: number;
}

/** Something that a search by name found. */
export interface FileHit {
  /** From the folder that was searched; its own name last. */
  path: FileName[];
  entry: FileEntry;
}

/** How far a search has come. */
export interface FileSearchUpdate {
  hits: FileHit[];
  folders: number;
  entries: number;
  /** Folders that cannot be listed, or not to their end. */
  faults: number;
}

/** A part of a file. */
export interface FilePart {
  /** Fewer than were asked for at the end of the file, or before `fault`. */
  bytes: Uint8Array<ArrayBuffer>;
  fault: FileFault | null;
}

/** Files and folders of one volume that are saved: under `path`, from the folder that they were chosen in. */
export interface ChosenFile {
  id: NodeId;
  path: FileName[];
  type: FileType;
  /** Bytes of a file, as far as they are known; 0 for others. */
  size: number;
}

/** What a save of several files left out, or has only in part. */
export interface FileMissed {
  path: string;
  fault: FileFault;
}

/** Each kind of request, as in `Requests`, where `id` is the number of the request. Each may unpack on its way, and tells how far it is. */
export interface FilesRequests {
  /** Throws a `Failure` with the fault's code. */
  openVolume: {
    ask: { archive: number; volume: VolumePlace };
    progress: FilesUpdate;
    result: OpenedVolume;
  };
  /** Some thousands of entries at most; `cursor` null from the beginning. */
  folder: {
    ask: { archive: number; volume: VolumePlace; node: NodeId; cursor: bigint | null };
    progress: FilesUpdate;
    result: FolderPart;
  };
  /** Extended attributes and other streams of one thing. */
  fileDetails: {
    ask: { archive: number; volume: VolumePlace; node: NodeId };
    progress: FilesUpdate;
    result: {
      /** Null where they are not read. */
      attributes: { name: FileName; value: Uint8Array<ArrayBuffer> }[] | null;
      streams: { name: FileName; size: number }[];
      fault: FileFault | null;
    };
  };
  /** At most 1 MiB at once. */
  filePart: {
    ask: {
      archive: number;
      volume: VolumePlace;
      node: NodeId;
      /** Null for the contents. */
      stream: FileName | null;
      offset: number;
      length: number;
    };
    progress: FilesUpdate;
    result: FilePart;
  };
  /** All names below a folder that have these letters in them, case folded; 10,000 hits at most. */
  findFiles: {
    ask: { archive: number; volume: VolumePlace; node: NodeId; letters: string };
    progress: FileSearchUpdate;
    result: { isCut: boolean };
  };
}
