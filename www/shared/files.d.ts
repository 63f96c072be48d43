/** What crosses between the page and its Worker where the files of a disk are looked at. */
import type {
  FileDamaged,
  FileDamageUpdate,
  FileDeleted,
  FileDeletedUpdate,
  FileDetails,
  FileEntry,
  FileFault,
  FileHit,
  FileMissed,
  FileName,
  FilePart,
  FileSearchUpdate,
  FileTime,
  FileType,
  FolderPart,
  GuestFact,
  GuestFacts,
  NodeFacts,
  NodeId,
  OpenedVolume,
} from "../core/vma_inspector_files_unix.js";

export type {
  FileDamaged,
  FileDamageUpdate,
  FileDeleted,
  FileDeletedUpdate,
  FileDetails,
  FileEntry,
  FileFault,
  FileHit,
  FileMissed,
  FileName,
  FilePart,
  FileSearchUpdate,
  FileTime,
  FileType,
  FolderPart,
  GuestFact,
  GuestFacts,
  NodeFacts,
  NodeId,
  OpenedVolume,
} from "../core/vma_inspector_files_unix.js";

/** A file system: of a disk, of one of its areas as `DiskContents` lists them, or of a logical volume in one. */
export interface VolumePlace {
  deviceId: number;
  /** Which of `DiskContents.areas`, from 0. */
  area: number;
  /** Which of the area's `volumes`, from 0; null for the area itself. */
  logical: number | null;
}

/** What files in one file system tell of the machine. */
export interface GuestOfVolume {
  volume: VolumePlace;
  told: GuestFacts;
}

/** How much is being unpacked to come to a place: bytes that are done, and in all about. */
export interface FilesUpdate {
  done: number;
  total: number;
}

/** Files and folders of one volume that are saved: under `path`, from the folder that they were chosen in. */
export interface ChosenFile {
  id: NodeId;
  path: FileName[];
  type: FileType;
  /** Bytes of a file, as far as they are known; 0 for others. */
  size: number;
  /** A stream beside its contents, if it is that which is saved: alone, as it is. */
  stream?: FileName;
}

/** What files are saved as: one as it is, or several in an archive. */
export type FilesForm = "file" | "tar" | "zip";

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
    result: FileDetails;
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
  /**
   * What the files of the volume tell of the machine: some dozens of reads. `at`: the folder
   * that the machine mounts it at, of one that has no system of its own.
   */
  machineFacts: {
    ask: { archive: number; volume: VolumePlace; at?: string | undefined };
    progress: FilesUpdate;
    result: GuestFacts;
  };
  /** All names below a folder that have these letters in them, case folded; 10,000 hits at most. */
  findFiles: {
    ask: { archive: number; volume: VolumePlace; node: NodeId; letters: string };
    progress: FileSearchUpdate;
    result: { isCut: boolean };
  };
  /** Which files of all are hit; 100,000 are told at most. */
  damagedFiles: {
    ask: { archive: number; volume: VolumePlace };
    progress: FileDamageUpdate | FilesUpdate;
    result: { isCut: boolean };
  };
  /** What was deleted and is still told of, of all the volume; 10,000 are told at most. */
  deletedFiles: {
    ask: { archive: number; volume: VolumePlace };
    progress: FileDeletedUpdate | FilesUpdate;
    result: { isCut: boolean };
  };
}
