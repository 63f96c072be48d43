/** What a qcow2 file says of itself. Many fields: each is a fact that is shown. */
export interface Qcow2Facts {
  version: number;
  /** Bytes of a cluster. */
  clusterSize: number;
  /** How its compressed clusters are, if it has any. */
  compression: "deflate" | "zstd";
  hasSubclusters: boolean;
  /** It was not closed properly. */
  isDirty: boolean;
  /** QEMU found it to be damaged, and wrote so. */
  isMarkedCorrupt: boolean;
  /** Snapshots in it, which are not what is read. */
  snapshots: number;
  /** The first of them; seconds since 1970. */
  named: { name: string; seconds: number }[];
}
