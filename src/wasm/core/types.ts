/**
 * Bytes the core reads from: the JavaScript side of the core's `ReadAt`.
 * A `File` in a Worker (through `FileReaderSync`), a file descriptor in Node,
 * anything else that can answer at once.
 */
export interface Source {
  /** Length in bytes. */
  readonly size: number;
  /**
   * The bytes from `offset` on, `length` of them; fewer only where they end.
   * Throws when they cannot be had: an error whose `name` is
   * `SourceShrank` if the source ended before its `size`.
   */
  read(offset: number, length: number): Uint8Array;
}

/** Threads that do tasks which the core hands out. */
export interface Hands {
  /** How many there are. */
  readonly count: number;
  /** Takes a task, which it copies; returns a number that no other has. */
  begin(task: Uint8Array): number;
  /**
   * A task that nobody has begun, to be taken while the one asked about is being done;
   * undefined if that is done, or there is none.
   */
  meanwhile(number: number): number | undefined;
  /**
   * What came of a task, which is asked for once, and copied at once; or the task, if nobody
   * has begun it. Waits for one that is being done; undefined if nothing came of it.
   */
  take(number: number): Uint8Array | undefined;
  /** A task will not be asked for. */
  forget(number: number): void;
}

export type DiskContents = import("./vma_inspector_disks.js").DiskContents;
export type DiskArea = import("./vma_inspector_disks.js").DiskArea;

/** Tells what is on a disk by some of its bytes, and frees them. */
export type Look = (disk: SourceBytes) => DiskContents | undefined;

/** What wraps the archive, told by its first bytes. */
export type ContainerKind = "plain" | "zstd" | "lzop" | "gzip" | "bzip2";

/**
 * Numbers from the archive are given as `number`; those above 2^53 (which no
 * real archive has) are rounded. Texts carry them exactly.
 *
 * Many fields: those of the archive's header, and what is known of them.
 */
export interface Overview {
  container: ContainerKind;
  /** Whether reading far ahead means decoding everything before. */
  decodesInOrder: boolean;
  version: number;
  uuid: string;
  /** When the header was written: seconds since 1970, UTC. */
  createdAt: number;
  headerSize: number;
  blobBufferOffset: number;
  blobBufferSize: number;
  /**
   * sound: its checksum agrees; mended: it agrees once the fields that findings
   * name are put right; doubtful: it does not agree, and what extents say is
   * believed instead; lost: there is none, devices are known by number.
   */
  headerStanding: "sound" | "mended" | "doubtful" | "further-on" | "lost";
  headerChecksum: {
    ok: boolean;
    /** MD5 that the header states, 32 hex digits. */
    stated: string;
    /** MD5 of the bytes that are there. */
    computed: string;
  };
  configs: ConfigEntry[];
  devices: DeviceEntry[];
  /** Clusters of all devices, as their sizes say. */
  totalClusters: number;
  /** Findings in the header, by code. */
  findings: FindingGroup[];
}

export interface ConfigEntry {
  /** To ask for its bytes with. */
  index: number;
  /** As it stands in the archive: may hold anything, never a safe path. */
  name: string;
  /** A base name that is safe to save under. */
  safeName: string;
  size: number;
}

export interface DeviceEntry {
  id: number;
  /** As it stands in the archive. */
  name: string;
  /** Its name with nothing in it that a file name must not have. */
  safeName: string;
  /** Bytes, as the header states; an estimate for a vmstate. */
  size: number;
  clusters: number;
  isVmstate: boolean;
}

export interface ScanProgress {
  done: boolean;
  /** Bytes of the file that are behind, and in all. */
  fileBytes: number;
  fileSize: number;
  extents: number;
  clusters: number;
  totalClusters: number;
  findings: number;
}

export interface ScanReport {
  container: ContainerReport;
  extents: ExtentStatistics;
  devices: DeviceStatistics[];
  /** Devices that slots name and the header does not. */
  undeclared: { id: number; clusters: number; storedBytes: number }[];
  /**
   * Where the header is lost or doubtful, what is known of the archive from its extents
   * so far, or from a sound header further on; otherwise null.
   */
  overview: Overview | null;
  findings: FindingGroup[];
}

/** What wraps the archive, as far as it was read. Apart from the archive's findings. */
export interface ContainerReport {
  kind: ContainerKind;
  /** What is packed in it again, from the outside to the inside: seldom anything. */
  inside: ContainerKind[];
  /**
   * Bytes that it decodes to, with those that are lost, of which nobody may know how
   * many they are; null until its end was seen.
   */
  contentsSize: number | null;
  /** Bytes that were decoded; null until its end was seen. */
  unpackedSize: number | null;
  /** "complete", "cut" or "damaged"; null until its end was seen. */
  end: "complete" | "cut" | "damaged" | null;
  checksums: {
    /** Compared with what was decoded, and how many of those agreed. */
    checked: number;
    matched: number;
    /** Parts of the file that carry none. */
    absent: number;
  };
  findings: ContainerFinding[];
  /** Findings beyond those that are listed. */
  findingsLeftOut: number;
  /** What is kept to read anywhere without starting over. */
  checkpoints: number;
  checkpointBytes: number;
}

export interface ContainerFinding {
  code: string;
  severity: Severity;
  /** 0 for the file's own container, 1 for what is packed in it, and so on. */
  layer: number;
  /** Byte offset in the file, or in what is unpacked from the layer before. */
  offset: number;
  /** Byte offset in the archive where it tells. */
  archiveOffset: number;
  /** All of it in one line. */
  text: string;
}

/** Many fields: each is a figure of its own that is shown. */
export interface ExtentStatistics {
  /** Sound extent headers: magic, UUID and MD5 agree. */
  count: number;
  /** Extent headers that were looked at, and how many were wrong. */
  checked: number;
  broken: number;
  clustersMin: number;
  clustersMax: number;
  clustersMean: number;
  headerBytes: number;
  dataBytes: number;
  /** Bytes between extents, or behind the last, that no sound extent claims. */
  skippedBytes: number;
  /** How often a slot belongs to another device than the one before. */
  deviceSwitches: number;
  /** Extents with clusters of more than one device. */
  mixed: number;
  /** Clusters whose number is not above the one before of their device. */
  clustersOutOfOrder: number;
}

export interface DeviceStatistics {
  id: number;
  /** Bytes of blocks that are stored in the archive. */
  storedBytes: number;
  /** Bytes of the device that are zeros, as the archive says. */
  zeroBytes: number;
  /** Bytes of the device that the archive should hold and does not. */
  missingBytes: number;
  /** Can be read, and something speaks against them; they are stored bytes as well. */
  doubtBytes: number;
  /** Of `total`, each cluster is exactly one of full, partial, zero, missing. */
  clusters: {
    total: number;
    full: number;
    partial: number;
    zero: number;
    missing: number;
    /** Clusters of which a further copy was seen. */
    twice: number;
    /** Clusters of which some stored blocks are lost. */
    cut: number;
    /** Of `full`, those with a byte in doubt; 0 as long as the scan is not finished. */
    doubtedFull: number;
    /** Of `partial`, those with a byte in doubt. */
    doubtedPartial: number;
  };
  /** Length of the image that can be exported, bytes. */
  imageSize: number;
}

/**
 * damage: bytes of a disk or a config are lost or cannot be trusted;
 * warning: against the format, nothing lost; note: unusual, harmless.
 */
export type Severity = "damage" | "warning" | "note";

export interface FindingGroup {
  /** Stable kebab-case code. */
  code: string;
  severity: Severity;
  /** How many there are; the core keeps the details of a bounded number. */
  count: number;
  /** How many can be listed. */
  listed: number;
}

export interface Finding {
  code: string;
  severity: Severity;
  /** Byte offset in the archive; null where there is none. */
  offset: number | null;
  deviceId: number | null;
  /** First cluster it is about. */
  cluster: number | null;
  /** How many clusters, from `cluster` on. */
  clusterCount: number | null;
  expected: string | null;
  found: string | null;
  /** All of it in one line, offsets in hex. */
  text: string;
}

/** Findings about one thing. */
export interface Place {
  /**
   * extent-header: one that begins as such and does not agree; no-extent-header: none
   * stands where one should start; data: bytes between sound headers; behind: what
   * stands behind the end; missing: clusters that stand nowhere.
   */
  about:
    | "archive-header"
    | "extent-header"
    | "no-extent-header"
    | "data"
    | "behind"
    | "missing"
    | "itself";
  /** The strongest of all of them. */
  severity: Severity;
  /** That which explains the others, and what comes of it. */
  findings: Finding[];
  /** What says the same as the first once more, in other words. */
  signs: Finding[];
}

/** `qemu-server.conf` in words. `null`: the line is not there. */
/** Many fields: each is a key of the file. */
export interface VmSummary {
  name: string | null;
  /** Its notes, decoded; a text, whatever stands in it. */
  notes: string;
  osType: string | null;
  cores: number | null;
  sockets: number | null;
  cpu: string | null;
  memoryMib: number | null;
  /** "seabios" or "ovmf"; null means Proxmox's default, SeaBIOS. */
  bios: string | null;
  machine: string | null;
  networks: {
    key: string;
    model: string;
    mac: string | null;
    bridge: string | null;
    vlan: string | null;
    /** Whether its cable is pulled. */
    down: boolean;
  }[];
  disks: {
    /** "scsi0", "efidisk0", … */
    key: string;
    bus: string;
    /** The volume as the config names it. */
    volume: string;
    cdrom: boolean;
    /** Whether it is the first disk that the machine starts from. */
    boots: boolean;
    /** "32G", as the config states it. */
    size: string | null;
    /** Name of the device of the archive that holds it, and its id. */
    deviceName: string | null;
    deviceId: number | null;
    /** Where it lay, from the `#qmdump#map:` line. */
    storage: string | null;
    format: string | null;
  }[];
}

/** What one command of Proxmox's own program does with the archive. */
export interface ProxmoxVerdict {
  verdict: "accepts" | "fails" | "aborts" | "crashes";
  /** The message it prints, or the assertion that does not hold. */
  message: string | null;
}

/** What they would do; null as long as the scan has not come far enough to tell. */
export interface ProxmoxPrediction {
  /** Whether the container, which comes before, would be unpacked without an error. */
  unpacks: "not-packed" | "ok" | "fails" | "not-known";
  /** `vma list` and `vma config`. */
  list: ProxmoxVerdict | null;
  verify: ProxmoxVerdict | null;
  /** `vma extract`, which a restore runs. */
  extract: ProxmoxVerdict | null;
}

/** What Proxmox makes of the name of a backup file. */
export interface FileNameVerdict {
  accepted: boolean;
  /**
   * form: it is not `vzdump-qemu-….vma…`; unfinished: it ends in `.dat`; date: its
   * date does not exist; container: the ending is not that of the first bytes.
   */
  problem: "form" | "unfinished" | "date" | "container" | null;
  /** The container that a wrong ending tells of. */
  named: ContainerKind | null;
  /** The name that is accepted; `<vmid>` stands in it for a number that is not known. */
  right: string;
  vmid: string | null;
  /** Where its time is from: the file's name, or the archive's header, in UTC. */
  timeFrom: "name" | "header" | "nowhere";
  /** Whether it has the form that vzdump gives, so that number and time are read. */
  standard: boolean;
  /** What Proxmox dies with, where that is the name's own fault. */
  message: string | null;
  /** What it costs that the name is restored and not of vzdump's form. */
  costs: ("not-pruned" | "notes-stay" | "log-stays")[];
  /** What does not fit between name and contents: the header's time, the volumes' numbers. */
  remarks: { code: "time-differs" | "vmid-differs"; named: string; found: string }[];
}

/** What `qmrestore` does with the file. */
export interface ProxmoxRestore {
  /** Whether all that the archive decides is known. */
  decided: boolean;
  /** What it ends in, in order; `message` null where its words are not known. */
  deaths: {
    code:
      | "name"
      | "header"
      | "no-config"
      | "no-data"
      | "no-mapping"
      | "device-name"
      | "data"
      | "unpacker";
    message: string | null;
  }[];
  /** Storages that the host must have, unless `--storage` names another for all. */
  storages: { name: string; drives: string[] }[];
  /** To copy; `FILE`, `VMID` and `STORAGE` stand for what a person fills in. */
  command: string;
  /** What unpacks it says; null if nothing does, or as long as that is not known. */
  unpacker: {
    command: string;
    exit: number;
    /** Whether every word is foretold, not just the exit code. */
    exact: boolean;
    lines: { code: string; text: string | null }[];
  } | null;
  /** What the restored machine has otherwise. */
  warnings: { code: string; subject: string | null; detail: string | null }[];
  leftOut: DrivesLeftOut;
  /** Map lines that a restore passes over, and why. */
  unreadMaps: { line: string; why: string }[];
}

/** The drives of the config beside the devices of the archive. */
export interface DrivesLeftOut {
  drives: {
    key: string;
    volume: string;
    /** Bytes, where the config states them. */
    size: number | null;
    passthrough: boolean;
    /** Whether a map line of the config says which device holds it. */
    mapped: boolean;
    state: "in-backup" | "excluded" | "not-there" | "cdrom" | "cloud-init" | "efidisk-without-ovmf";
    /** The device that holds it. */
    device: string | null;
  }[];
  /** Devices that no drive of the config names. */
  unnamed: { name: string; size: number }[];
}

/** Which ranges of a disk should be in the archive and are not. */
export interface LostRanges {
  /** How many there are, neighbours joined. */
  count: number;
  bytes: number;
  /** The first of them, as pairs of offset and length. */
  first: Float64Array;
}

/** The order of the parts of a file that was split. */
export interface PartOrder {
  /** Which part comes when, by its number. */
  parts: number[];
  /** What speaks for each joint: of the first two parts, of the second and the third, and so on. */
  joints: ("proven" | "unknown" | "contradicted")[];
}

/** What the module that makes files has to know of an archive. */
export interface BackupFacts {
  /** The 16 bytes of the archive's UUID. */
  uuid: Uint8Array;
  /** When its header was written: seconds since 1970, UTC. */
  ctime: bigint;
  configs: { name: string; data: Uint8Array }[];
  devices: { id: number; name: string; size: bigint }[];
}

export interface VmaError {
  /** What the file is, if that is something else that is known. */
  readonly foreign?: ForeignFile;
}
