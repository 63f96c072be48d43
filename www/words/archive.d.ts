/** As much of an open archive as is put into words. */
import type {
  DrivesLeftOut,
  FileNameVerdict,
  Overview,
  Place,
  ProxmoxRestore,
  ScanProgress,
  ScanReport,
} from "../core/vma_inspector.js";
import type { Failure, ScanPhase } from "../shared/messages.js";
import type { ImageFacts } from "../shared/opened.js";

export interface ScannedArchive {
  file: { name: string; size: number };
  /** Why the file is not there any more, or not the same. */
  gone?: Failure | null;
  overview: Overview;
  /** Of a disk in a file of its own; null of a backup. */
  image?: ImageFacts | null;
  scan: {
    phase: ScanPhase;
    /** When it was scanned, if that was before and was kept; milliseconds since 1970. */
    scannedAt: number | null;
    progress: ScanProgress | null;
    report: ScanReport | null;
  };
  /** Null where there is no configuration to compare the disks with. */
  leftOut: DrivesLeftOut | null;
  /** Known once the scan is at rest. */
  trust: { places: Place[] | null } | null;
  /** Lost bytes by device, where a save found more of them than the scan. */
  lost: ReadonlyMap<number, number>;
}

/** With what Proxmox would do, as far as it is known. */
export interface JudgedArchive extends ScannedArchive {
  fileName: Pick<FileNameVerdict, "remarks">;
  trust: { places: Place[] | null; restore: ProxmoxRestore } | null;
}
