/** The files that were opened last, as the page's state has them. */
import type { Tone } from "../shared/messages.js";

/** A file that was opened before. */
export interface RecentFile {
  key: string;
  name: string;
  size: number;
  /** Milliseconds since 1970. */
  openedAt: number;
  /** What was found of all of it, and when; null where it was never read to the end. */
  verdict: { tone: Tone; at: number } | null;
  /** Whether the browser gives it without being shown where it is. */
  canOpen: boolean;
}
