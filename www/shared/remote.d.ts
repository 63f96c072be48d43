/** A backup beside the page, on the server that the page came from. */
export interface RemoteFile {
  name: string;
  size: number;
  /** Milliseconds since 1970; 0 where the server does not say. */
  lastModified: number;
  url: string;
  /** The same without scheme and host: what the page's own address names it by. */
  address: string;
  /** By which of its answers the server tells that the file is the same; at least one. */
  etag: string | null;
  modified: string | null;
}

/** An answer to a request of a part, as far as it is looked at. */
export interface RangeAnswer {
  status: number;
  /** Where it came from in the end. */
  url: string;
  header(name: string): string | null;
}
