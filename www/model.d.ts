/** The page's one state value and the events that change it. */
import type {
  FileNameVerdict,
  Finding,
  Overview,
  ScanProgress,
  ScanReport,
  VmSummary,
} from "./core/vma_inspector.js";
import type { Failure, KeptUsage, OpenedArchive, ScanUpdate, Served, Trust } from "./messages.js";

export interface FileFacts {
  name: string;
  size: number;
}

/** How fast something goes, and how long it will still take. */
export interface Pace {
  bytesPerSecond: number;
  secondsLeft: number | null;
}

export interface Scan {
  phase: "running" | "stopped" | "done" | "failed";
  progress: ScanProgress | null;
  report: ScanReport | null;
  pace: Pace | null;
  failure: Failure | null;
  /** When it was scanned, if that was on an earlier occasion. */
  scannedAt: number | null;
}

export interface ConfigContent {
  bytes: Uint8Array | null;
  failure: Failure | null;
}

/** The part of a findings list that is shown. */
export interface FindingsPage {
  /** Number of the first that was asked for last. */
  wanted: number;
  /** Number of the first of `items`; these stay until the wanted ones are there. */
  from: number;
  items: Finding[];
  failure: Failure | null;
}

export interface ShownArchive {
  id: number;
  file: FileFacts;
  overview: Overview;
  summary: VmSummary | null;
  fileName: FileNameVerdict;
  /** What Proxmox would say, and what is lost, once the scan is at rest. */
  trust: Trust | null;
  scan: Scan;
  configs: ReadonlyMap<number, ConfigContent>;
  /** By code; only those a person has opened. */
  findings: ReadonlyMap<string, FindingsPage>;
  /** Lost bytes by device, where a save found more of them than the scan. */
  lost: ReadonlyMap<number, number>;
}

export interface Save {
  id: string;
  archive: number;
  deviceId: number;
  deviceName: string;
  fileName: string;
  size: number;
  /** Bytes of it that were known to be missing when it began. */
  missing: number;
  /** Bytes of it that turned out to be lost; null until all of it was read. */
  lost: number | null;
  /** Bytes that the browser has taken. */
  taken: number;
  pace: Pace | null;
  /**
   * starting: the browser has not begun to fetch it; cancelled: by this page;
   * refused: by the browser, or by the person in its download list.
   */
  phase: "starting" | "running" | "done" | "cancelled" | "refused" | "failed";
  failure: Failure | null;
}

/** Asked before a save that would hold zeros where bytes are missing. */
export interface Question {
  archive: number;
  deviceId: number;
}

export interface State {
  dragging: "no" | "file" | "other";
  opening: FileFacts | null;
  /** The last opening that failed; `again`: what a larger window may open. */
  failure: { file: FileFacts | null; failure: Failure; again: File | null } | null;
  archive: ShownArchive | null;
  saves: readonly Save[];
  saving: { status: "checking" | "ready" | "unavailable"; failure: Failure | null };
  question: Question | null;
  /** Whether finished scans are kept in the browser, and how much is. */
  keeping: { wanted: boolean; usage: KeptUsage | null };
  /** For the live region; the serial lets the same words be said again. */
  announcement: { text: string; serial: number };
}

export type PageEvent =
  // What a person does.
  | { type: "drag-moved"; over: "no" | "file" | "other" }
  /** `fresh`: scan it even if a scan of it was kept. */
  | { type: "file-chosen"; file: File; fresh?: boolean; largeWindow?: boolean }
  | { type: "drop-refused"; failure: Failure }
  | { type: "failure-dismissed" }
  | { type: "scan-stop-wanted" }
  | { type: "scan-continue-wanted" }
  | { type: "scan-again-wanted" }
  | { type: "config-wanted"; index: number }
  | { type: "findings-wanted"; code: string; from: number }
  | { type: "save-wanted"; deviceId: number }
  | { type: "save-confirmed" }
  | { type: "save-declined" }
  | { type: "save-cancel-wanted"; id: string }
  | { type: "save-dismissed"; id: string }
  | { type: "said"; text: string }
  | { type: "lost-map-wanted"; deviceId: number }
  | { type: "report-wanted" }
  | { type: "print-wanted" }
  | { type: "keeping-wanted"; wanted: boolean }
  | { type: "forget-kept-wanted" }
  // What came of it.
  | { type: "kept-counted"; usage: KeptUsage }
  | { type: "open-failed"; file: FileFacts; failure: Failure; again: File | null }
  | { type: "opened"; file: FileFacts; archive: OpenedArchive }
  | { type: "scan-started"; archive: number }
  | { type: "scan-progressed"; archive: number; update: ScanUpdate; pace: Pace | null }
  | { type: "scan-finished"; archive: number; update: ScanUpdate }
  | { type: "scan-stopped"; archive: number }
  | { type: "scan-failed"; archive: number; failure: Failure }
  | { type: "config-arrived"; archive: number; index: number; content: ConfigContent }
  | {
      type: "findings-arrived";
      archive: number;
      code: string;
      from: number;
      items: Finding[];
      failure: Failure | null;
    }
  | { type: "trust-arrived"; archive: number; trust: Trust }
  | { type: "worker-died"; failure: Failure }
  | { type: "saving-ready" }
  | { type: "saving-unavailable"; failure: Failure }
  | { type: "save-started"; save: Save }
  | { type: "save-progressed"; id: string; taken: number; pace: Pace | null }
  | { type: "save-read"; id: string; archive: number; deviceId: number; served: Served }
  | { type: "save-ended"; id: string; phase: "done" | "cancelled" | "refused" }
  | { type: "save-failed"; id: string; failure: Failure };

export type Send = (event: PageEvent) => void;
