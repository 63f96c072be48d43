// The part of the bench that runs the terminal's program, against the programs that a
// person would use instead, turn by turn.

import { execFileSync } from "node:child_process";
import { Told } from "../../www/build/tools.mjs";
import { median, row } from "./tables.mjs";

/**
 * Seconds that a shell command takes: by the clock, and of all processors together.
 * @param {string} command
 */
function timed(command) {
  const script = `TIMEFORMAT='%R %U %S'; time { ${command} > /dev/null 2>&1; } && echo done >&2`;
  const printed = execFileSync("bash", ["-c", `{ ${script}; } 2>&1`], { encoding: "utf8" });
  const [numbers, end] = printed.trim().split("\n");
  if (end !== "done") throw new Told(`This fails: ${command}`);
  const [wall, user, system] = numbers.split(" ").map(Number);
  return { wall, cpu: user + system };
}

/**
 * Each work: what it is, how the program does it, and how others do.
 * @param {string} program
 * @param {{ plain: string, zst: string, lzo: string }} paths
 */
function works(program, { plain, zst, lzo }) {
  const made = `${plain}.raw`;
  const write = `dd of='${made}' conv=sparse,fsync bs=1M iflag=fullblock`;
  const qcow2 = `${plain}.qcow2`;
  const exported = (path) =>
    `rm -f '${made}' && '${program}' export -q '${path}' -f raw -o '${made}'`;
  const verify = (path) => `'${program}' verify -q '${path}'`;
  return [
    ["`verify` of the plain archive", verify(plain), "`cat`", `cat '${plain}'`],
    ["`verify` of `.zst`", verify(zst), "`zstd -dc`", `zstd -dcq '${zst}'`],
    ["`verify` of `.lzo`", verify(lzo), "`lzop -dc`", `lzop -dc '${lzo}'`],
    [
      "`export -f raw` of the plain archive",
      exported(plain),
      "`dd conv=sparse,fsync bs=1M`",
      `rm -f '${made}' && ${write} if='${plain}'`,
    ],
    [
      "`export -f raw` of `.zst`",
      exported(zst),
      "`zstd -dc` into it",
      `rm -f '${made}' && zstd -dcq '${zst}' | ${write}`,
    ],
    [
      "`export -f qcow2` of `.zst`",
      `rm -f '${qcow2}' && '${program}' export -q '${zst}' -f qcow2 -o '${qcow2}'`,
      "`zstd -dc` to a file, `qemu-img convert` of that",
      `rm -f '${qcow2}' && zstd -dcq '${zst}' > '${made}' && qemu-img convert -t writeback -O qcow2 -f raw '${made}' '${qcow2}' && sync '${qcow2}'`,
    ],
  ];
}

/**
 * The table of all works.
 * @param {string} program
 * @param {{ plain: string, zst: string, lzo: string }} paths
 * @param {number} rounds
 * @param {(line: string) => void} say
 */
export function terminalTable(program, paths, rounds, say) {
  const all = works(program, paths).map((work) => ({ work, ours: [], theirs: [] }));
  for (let round = 1; round <= rounds; round += 1) {
    for (const { work, ours, theirs } of all) {
      theirs.push(timed(work[3]));
      ours.push(timed(work[1]));
      const [took, against] = [ours.at(-1).wall, theirs.at(-1).wall];
      say(
        `  round ${round}: ${work[0]}: ${took.toFixed(2)} s, ${work[2]}: ${against.toFixed(2)} s`,
      );
    }
  }
  execFileSync("rm", ["-f", `${paths.plain}.raw`, `${paths.plain}.qcow2`]);
  const of = (runs, key) => median(runs.map((run) => run[key]));
  const lines = all.map(({ work, ours, theirs }) => {
    const cells = [ours, theirs].map((runs) => [of(runs, "wall"), of(runs, "cpu")]);
    const [took, against] = cells.map(([wall, cpu]) => [
      `${wall.toFixed(2)} s`,
      `${cpu.toFixed(2)} s`,
    ]);
    const ratio = `${(cells[0][0] / cells[1][0]).toFixed(2)} ×`;
    return row(work[0], ...took, work[2], ...against, ratio);
  });
  return [
    row("what", "time", "CPU time", "against", "time", "CPU time", ""),
    row("---", "--:", "--:", "---", "--:", "--:", "--:"),
    ...lines,
  ];
}
