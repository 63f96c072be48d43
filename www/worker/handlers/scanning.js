/** The scan, what it finds, and the scans that are kept. */
import * as keptScans from "../kept-scans.js";
import { trustOf, reportOf as fullReportOf } from "../report-server.js";
import { reportOf, scan } from "../scan-jobs.js";
import { using } from "../sessions.js";

/**
 * @type {Pick<import("../../shared/messages.js").Handlers,
 *   "scan" | "keptUsage" | "forgetKept" | "findings" | "assumeSize" | "trust" | "lostMap" | "report">}
 */
export const scanningHandlers = {
  scan: (request, { tell, signal }) =>
    using(request.archive, (session) => scan(session, request, tell, signal)),
  keptUsage: () => keptScans.usage(),
  forgetKept: () => keptScans.clear().then(keptScans.usage),
  findings: ({ archive: id, code, from, count }) =>
    using(id, ({ archive }) => archive.findings(code, from, count)),
  assumeSize: ({ archive: id, deviceId, bytes }) =>
    using(id, (session) => {
      session.archive.assumeSize(deviceId, bytes);
      session.volumes.forget();
      return reportOf(session);
    }),
  trust: ({ archive: id }) => using(id, ({ archive, file }) => trustOf(archive, file.name)),
  lostMap: ({ archive: id, deviceId, doubt }) =>
    using(id, ({ archive }) => archive.lostMap(deviceId, doubt) ?? null),
  report: ({ archive: id, facts }, { signal }) =>
    using(id, (session) => fullReportOf(session.archive, reportOf(session), facts, signal)),
};
