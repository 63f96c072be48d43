/** What a file is that is no backup of a virtual machine. */
export interface ForeignFile {
  kind:
    | "packed-again"
    | "nothing"
    | "container-backup"
    | "old-backup"
    | "tar"
    | "xz"
    | "lzma"
    | "lzip"
    | "lrzip"
    | "lz4"
    | "lz4-legacy"
    | "zlib"
    | "zstd-patch"
    | "seven-zip"
    | "zip"
    | "rar"
    | "open-pgp"
    | "age"
    | "luks"
    | "qcow2"
    | "vmdk"
    | "vhdx"
    | "vhd"
    | "vdi"
    | "iso"
    | "pbs-index"
    | "pbs-blob"
    | "pbs-archive"
    | "html"
    | "utf16"
    | "vzdump-log"
    | "text"
    | "zeros";
  /** The containers it is in, from the outside in; empty for the file itself. */
  packedBy: Exclude<ContainerKind, "plain">[];
  /** The container that comes out of those; null for all but what is packed again. */
  inner: Exclude<ContainerKind, "plain"> | null;
  /** What is in a tar archive: the first of it, if not all. */
  members: { list: { name: string; size: number }[]; isAll: boolean } | null;
  /** What was looked at of zeros: bytes from the start on, places behind those. */
  zeros: { start: number; places: number; isAll: boolean } | null;
}
