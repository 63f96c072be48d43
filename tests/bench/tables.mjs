// What was measured, as tables for a page of Markdown.

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const MB = 1e6;

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

export function rate(bytes, seconds) {
  return `${(bytes / MB / seconds).toFixed(0)} MB/s`;
}

export function row(...cells) {
  return `| ${cells.join(" | ")} |`;
}

export function time(seconds) {
  return seconds < 0.1 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(2)} s`;
}

export function scanTable(made, seconds) {
  const line = ({ kind, size }, work, title) => {
    const took = seconds[`${kind} ${work}`];
    const against = took / seconds[`${kind} read`];
    return row(kind, title, time(took), `${against.toFixed(2)} ×`, rate(size, took));
  };
  return [
    row("archive", "scan", "time", "against one read of the whole file", "of the file"),
    row("---", "---", "--:", "--:", "--:"),
    ...made.flatMap((entry) => [
      line(entry, "read", "one native read of the whole file, cached"),
      line(entry, "native", "natively"),
      line(entry, "page", "in Chromium, from choosing the file to the verdict"),
    ]),
  ];
}

export function saveTable(made, seconds) {
  const line = ({ kind, size, disk }, work, title) => {
    const bytes = { made: disk.size, read: Math.min(size, disk.size), page: disk.size };
    const perSecond = (name) => bytes[name] / seconds[`${kind} ${name}`];
    const against = (name) => `${((perSecond(work) / perSecond(name)) * 100).toFixed(0)} %`;
    const took = seconds[`${kind} ${work}`];
    return row(kind, title, rate(bytes[work], took), against("read"), against("made"));
  };
  return [
    row(
      "archive",
      "save in Chromium, as a stream of a Service Worker",
      "rate",
      "of reading alone",
      "of constant bytes",
    ),
    row("---", "---", "--:", "--:", "--:"),
    ...made.flatMap((entry) => [
      line(entry, "made", "constant bytes, nothing read"),
      line(entry, "read", "the bytes of the archive's file as they stand, without the core"),
      line(entry, "page", "the disk out of the archive"),
    ]),
  ];
}

export function checkTable(entries, seconds, peaks) {
  return [
    row("container", "check", "time", "against the program", "of the archive", "memory"),
    row("---", "---", "--:", "--:", "--:", "--:"),
    ...entries.flatMap(({ title, size, unpack }) => {
      const [own, page] = ["native", "page"].map((work) => seconds[`${title} ${work}`]);
      const line = (what, took, memory) =>
        row(title, what, time(took), `${(took / own).toFixed(2)} ×`, rate(size, took), memory);
      return [
        line(`\`${unpack.join(" ")}\` to nowhere`, own, ""),
        line("in Chromium, from choosing the file to the verdict", page, mib(peaks[title])),
      ];
    }),
  ];
}

export function mib(bytes) {
  return `${Math.round(bytes / MIB)} MiB`;
}

export function fine(seconds) {
  return `${(seconds * 1000).toFixed(1)} ms`;
}

export function sizes(made) {
  const gib = (bytes) => `${(bytes / GIB).toFixed(1)} GiB`;
  return made.map(({ kind, size }) => `The ${kind} archive has ${gib(size)}.`).join(" ");
}
