// The part of the bench that looks at files: a folder listed and a file saved by the page's
// modules under Node, against 7-Zip and the whole disk saved in the same process.

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { median, mib, rate, row, time } from "./tables.mjs";

const MIB = 1 << 20;
const ENTRIES = 100_000;
const FOLDERS = 100;
const LARGE_MIB = 1024;
const ROUNDS = 3;
const PATH = { ...process.env, PATH: `/usr/sbin:/sbin:${process.env.PATH}` };

/**
 * An ext4 with a folder of 100 folders of small files, as `mke2fs -d` is slow where one has
 * many, and one large file that nothing packs; made once.
 */
export function diskOfFiles(folder) {
  const path = join(folder, "files.ext4");
  if (existsSync(path)) return path;
  const source = join(folder, "files-source");
  for (let index = 0; index < ENTRIES; index += 1) {
    const inner = join(source, "many", `${index % FOLDERS}`);
    if (index < FOLDERS) mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, `${index} of many.text`), `${index}\n`);
  }
  const large = openSync(join(source, "large"), "w");
  for (let done = 0; done < LARGE_MIB; done += 4) writeSync(large, randomBytes(4 * MIB));
  closeSync(large);
  const part = `${path}.part`;
  const options = ["-q", "-F", "-t", "ext4", "-N", "120000", "-d", source, part, "2G"];
  execFileSync("mke2fs", options, { env: PATH });
  rmSync(source, { recursive: true });
  renameSync(part, path);
  return path;
}

function seconds(program, ...options) {
  const started = performance.now();
  execFileSync(program, options, {
    env: PATH,
    maxBuffer: 1 << 30,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return (performance.now() - started) / 1000;
}

/** The table of a disk and of the archive that it is in. */
export function filesTable(disk, archive) {
  const script = fileURLToPath(new URL("files.mjs", import.meta.url));
  const rounds = Array.from({ length: ROUNDS }, () => ({
    own: JSON.parse(
      execFileSync(execPath, [script, archive, "0", "many", "large"], { encoding: "utf8" }),
    ),
    sevenZip: seconds("7zz", "l", disk),
  }));
  const of = (take) => median(rounds.map(take));
  const list = of(({ own }) => own.list.seconds);
  const sevenZip = of((round) => round.sevenZip);
  const against = (took) => `${(list / took).toFixed(2)} ×`;
  const speed = (name) => of(({ own }) => own[name].saved / own[name].seconds);
  const share = `${((speed("save") / speed("raw")) * 100).toFixed(0)} %`;
  const [{ own }] = rounds;
  const read = `${own.list.reads} reads, ${mib(own.list.bytes)}`;
  return [
    row("what", "by the page's modules", "another program", "against that"),
    row("---", "--:", "--:", "--:"),
    row(
      `${ENTRIES} entries listed (${read})`,
      time(list),
      `\`7zz l\` ${time(sevenZip)}`,
      against(sevenZip),
    ),
    row(
      "1 GiB in one file",
      rate(speed("save"), 1),
      `the whole disk ${rate(speed("raw"), 1)}`,
      share,
    ),
    row("memory of all wasm", mib(own.memory), "", ""),
  ];
}
