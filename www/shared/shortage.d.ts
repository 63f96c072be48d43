/** Why a file finds no room, and what would. Many fields: each is a sentence of its own. */
export interface Shortage {
  /** Bytes of the file at most. */
  sizeMax: number;
  /** Whether it has just so many. */
  isExact: boolean;
  /** Bytes that the browser's own storage takes; null where there is none. */
  stageFree: number | null;
  /** Whether that takes no file of the size, however much room it has. */
  isTooLarge: boolean;
  /** Codes of formats in which the disk finds a way. */
  formats: string[];
  /** Whether a person can pick a place. */
  canPick: boolean;
  hasServiceWorker: boolean;
  /** Whether other saves take room as well. */
  isShared: boolean;
}
