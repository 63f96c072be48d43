/** As much of an open archive as is put into words. */
import type { Overview, ScanProgress, ScanReport } from "../core/vma_inspector.js";

export interface ScannedArchive {
  file: { name: string; size: number };
  overview: Overview;
  scan: {
    phase: "running" | "stopped" | "done" | "failed";
    progress: ScanProgress | null;
    report: ScanReport | null;
  };
  /** Lost bytes by device, where a save found more of them than the scan. */
  lost: ReadonlyMap<number, number>;
}
