/** As much of a saved report as is put into words; all of it is in `tests/report-1.schema.json`. */
import type {
  DiskContents,
  FileNameVerdict,
  ProxmoxPrediction,
  ProxmoxRestore,
  VmSummary,
} from "../core/vma_inspector.js";
import type { HashedFact, Ranges, ReportFacts } from "../shared/messages.js";

/** Many fields: one for each block of the text. */
export interface Report {
  createdAt: string;
  program: { name: string; version: string };
  file: { name: string; size: number };
  fileName: Pick<FileNameVerdict, "vmid">;
  verdict: ReportFacts["verdict"];
  proxmox: ProxmoxPrediction | null;
  restore: ProxmoxRestore | null;
  container: { findings: { code: string }[] };
  header: { createdAt: number };
  machine: Pick<VmSummary, "name"> | null;
  configs: { name: string; text: string | null }[];
  devices: {
    name: string;
    size: number;
    storedBytes?: number;
    lost: Ranges;
    doubt: Ranges;
    contents: DiskContents | null;
    sha256: string | null;
    sha256Of: HashedFact["of"] | null;
  }[];
  findingGroups: { code: string; count: number }[];
}
