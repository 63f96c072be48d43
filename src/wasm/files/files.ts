type SourceBytes = import("./vma_inspector_disks.js").SourceBytes;
export type VolumeLocating = import("./vma_inspector_disks.js").VolumeLocating;
type LocatedVolume = import("./vma_inspector_disks.js").LocatedVolume;

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
  /** Whether it still tells of things that were deleted, and that is read. */
  keepsDeleted: boolean;
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

/** Something that is hit by what is lost or in doubt of the disk. */
export interface FileDamaged {
  /** From the root, its own name last; empty for the root itself. */
  path: FileName[];
  entry: FileEntry;
  /** Bytes that it stores where they are lost, in doubt, or where the scan has not come to. */
  lost: number;
  inDoubt: number;
  unknown: number;
  /** What cannot be told of it: what a directory names, or where a file lies. */
  fault: FileFault | null;
}

/** How far the walk over all files has come that tells which are hit. */
export interface FileDamageUpdate {
  hits: FileDamaged[];
  things: number;
  folders: number;
  /** Things that are hit, also those that are no longer told one by one. */
  hit: number;
  /** Folders of which not all names are known. */
  cut: number;
  /** Things of which it cannot be told where all of their bytes lie. */
  untold: number;
}

/** Something that was deleted: what is still told of it. Nothing of it can be read. */
export interface FileDeleted extends FileHit {
  /** Otherwise `?` stands for its first letter. */
  isNameWhole: boolean;
  /** Whether it is known in which folder it was; otherwise its path is its name alone. */
  isPathKnown: boolean;
}

/** How far the walk has come that tells what was deleted. */
export interface FileDeletedUpdate {
  hits: FileDeleted[];
  folders: number;
  /** Stretches of what tells of deleted things that cannot be had. */
  faults: number;
}

/** A part of a file. */
export interface FilePart {
  /** Fewer than were asked for at the end of the file, or before `fault`. */
  bytes: Uint8Array<ArrayBuffer>;
  fault: FileFault | null;
}

/** What a save of several files left out, or has only in part. */
export interface FileMissed {
  path: string;
  fault: FileFault;
}

/** What a file of a system tells of the machine that it ran on. */
export interface GuestFact {
  /** What it is about: a `FactKind` of the core's, which says what the words are. */
  kind:
    | "system"
    | "build"
    | "hostname"
    | "machine-id"
    | "kernel"
    | "boot"
    | "shutdown"
    | "boot-or-shutdown"
    | "running"
    | "user"
    | "service"
    | "mount"
    | "encrypted"
    | "address"
    | "drive"
    | "unreplayed-log";
  /** Cut to 256 letters each, and whatever somebody wrote. */
  words: string[];
  /** When, since 1970 began; null for what is no time. */
  seconds: number | null;
  /** Where it stands, from the root of the volume. */
  path: string;
}

/** What the files of a volume tell of the machine; no facts where no system stands. */
export interface GuestFacts {
  facts: GuestFact[];
  missed: FileMissed[];
}

/** Extended attributes and other streams of one thing. */
export interface FileDetails {
  /** Null where they are not read. */
  attributes: { name: FileName; value: Uint8Array<ArrayBuffer> }[] | null;
  streams: { name: FileName; size: number }[];
  fault: FileFault | null;
}

/** A thing of a file system that is saved: under `path`. */
export interface ChosenThing {
  id: NodeId;
  path: FileName[];
}

/** What became of a step: something has to be fetched first; it goes on; all is done. */
export type FilesStep = 0 | 1 | 2;
