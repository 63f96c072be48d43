/** A field of a header. */
export interface HeaderField {
  /** Its name; stable, kebab-case. */
  code: string;
  /** How its bytes are read. */
  form: "text" | "number" | "little-number" | "time" | "device" | "mask" | "uuid" | "bytes" | "unused";
  /** Where it starts in the archive, and its length in bytes. */
  start: number;
  length: number;
  /** Of which entry of a table it is, from 0. */
  number: number | null;
}

/** What a byte of an extent is. */
export interface ByteOfExtent {
  /** Where the extent starts in the archive, and its length in bytes. */
  start: number;
  size: number;
  /** Of its header; null for one of the data. */
  field: HeaderField | null;
  /** Of which block of a device it is; null for one of the header. */
  stored: { deviceId: number; slot: number; cluster: number; block: number } | null;
}
