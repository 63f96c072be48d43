export type BackupFacts = import("./vma_inspector.js").BackupFacts;
export type SourceBytes = import("./vma_inspector.js").SourceBytes;
export type DiskBytes = import("./vma_inspector.js").DiskBytes;

/**
 * Gives the bytes of a disk, as `Archive.diskBytes` does, whose parameters these are;
 * `undefined` for one that is not there.
 */
export type DiskOf = (
  deviceId: number,
  doubt: DoubtTaken,
  marked: boolean,
  anew: boolean,
) => DiskBytes | undefined;

/** A way to write a disk. */
export interface FormatChoice {
  /** Stable: "raw", "qcow2", "qcow2-deflate", "vmdk-stream", … */
  code: string;
  /** Of its files, without the dot. */
  extension: string;
  /** Bytes of the file; null where the format cannot hold this disk. */
  size: number | null;
  /** Whether the file will have just that size, and not less. */
  exact: boolean;
  /** Why the format cannot hold this disk. */
  refusal: string | null;
}

/** A setting that could not be carried over, or not as it was. */
export interface LeftOut {
  key: string;
  value: string;
  /**
   * "no-place", "replaced", "not-in-archive", "proxmox-only", "old-host", "cloud-init"
   * or "unknown".
   */
  code: string;
  /** Whether a machine that is started without a thought could do harm, or not start. */
  danger: boolean;
  /** All of it in one line. */
  text: string;
}

/** A text that describes the VM to another program. */
export interface MachineText {
  text: string;
  leftOut: LeftOut[];
}

export interface MachineTexts {
  /** A libvirt domain, XML. */
  libvirt: MachineText;
  /** A command that starts it with QEMU. */
  qemu: MachineText;
  /** Ids of devices that the texts name as raw images, whatever the format. */
  rawDevices: number[];
}

/** An appliance, before it is made. */
export interface ApplianceFacts {
  fileName: string;
  /** Bytes of the file, at most. */
  sizeMax: number;
  /** Whether it will have just that size. */
  exact: boolean;
  /** The devices whose disks it holds. */
  devices: number[];
  leftOut: LeftOut[];
}
