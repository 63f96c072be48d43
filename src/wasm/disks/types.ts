/** What is on a disk, as far as it is known. Many fields: each is a fact that is shown. */
export interface DiskContents {
  /** Whether all that is looked at was there to be read, or is lost. */
  complete: boolean;
  scheme: "none" | "mbr" | "gpt" | "unknown";
  diskId: string | null;
  sectorSize: number;
  /** Stable codes; the words are the page's. */
  bootLoader: string | null;
  system: "windows" | "linux" | null;
  /** Whether bytes that were looked at are lost, or in doubt. */
  lost: boolean;
  inDoubt: boolean;
  /** What is wrong with the table, or unusual. */
  remarks: { code: string; partition: number | null }[];
  areas: DiskArea[];
}

/** A part of a disk, the whole of it, or a logical volume. Many fields: each is a fact that is shown. */
export interface DiskArea {
  /** The partition's; null for what is none. */
  number: number | null;
  /** Where it starts on the disk; null where it may be scattered. */
  offset: number | null;
  size: number;
  /** What the table says that it is for: its own word, and a code if that is known. */
  type: string | null;
  purpose: string | null;
  /** What identifies a partition, as PARTUUID in `fstab`. */
  partitionId: string | null;
  /** Its name in the table, or in LVM. */
  name: string | null;
  active: boolean;
  /** Whether somebody looked what it holds, and whether bytes of that are lost or in doubt. */
  seen: boolean;
  /** Whether some of what has to be looked at has not come by yet. */
  pending: boolean;
  lost: boolean;
  inDoubt: boolean;
  volume: DiskVolume | null;
  /** Kinds that claim the same bytes, left over as a rule. */
  others: string[];
  /** The volume group, of a physical volume of LVM. */
  group: string | null;
  /** Where its volumes are listed: here; not yet, since other disks may have a part in them; with the first such area. */
  share: "own" | "unknown" | "elsewhere";
  /** What is put together of it: logical volumes, or the array that it is a member of. */
  volumes: DiskArea[];
  /** The disks that it lies on, if there are several: their places among all that were asked of. */
  disks: number[];
  /** Why it is not put together; null if it is. */
  refusal: VolumeRefusal | null;
  /** Of what is put together of a mirror; null of all else. */
  copies: VolumeCopies | null;
}

/**
 * How many copies there should be of it, how many are there and up to date, and in how many bytes
 * these may differ: of those the first copy is read.
 */
export interface VolumeCopies {
  all: number;
  read: number;
  differing: number;
}

/** `about`: in which way it lies, or what of it is missing. */
export interface VolumeRefusal {
  code: "missing" | "kind" | "not-up-to-date" | "not-yet-known" | "corrupt";
  about: string;
}

/** A file system, or what wraps one. */
export interface DiskVolume {
  kind: string;
  /** Which module reads files in it; null if none does. */
  family: "unix" | "others" | null;
  label: string | null;
  uuid: string | null;
  size: number | null;
  /** As of when it was written down last. */
  used: number | null;
  /** The folder under which it was mounted last. */
  mounted: string | null;
  detail: string | null;
  /** agrees: a checksum does; plausible: there is none that is known. */
  proof: "agrees" | "plausible" | "disagrees";
}
