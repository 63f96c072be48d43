// The part of the bench that reads a disk over its socket, as a guest or guestfish would: 4 KiB
// at places by seed, one after the other, until the answer is there.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Told } from "../../www/build/tools.mjs";
import { fine, median, mib, row } from "./tables.mjs";

const READS = 500;
const LENGTH = 4096;
/** The CPU time of a process is told in these. */
const TICKS_PER_SECOND = 100;

/** Bytes of a socket, so many at a time. */
class Bytes {
  #socket;
  #there = Buffer.alloc(0);

  constructor(socket) {
    this.#socket = socket;
    socket.pause();
  }

  async take(length) {
    while (this.#there.length < length) {
      const more = this.#socket.read();
      if (more) this.#there = Buffer.concat([this.#there, more]);
      else await once(this.#socket, "readable");
    }
    const taken = this.#there.subarray(0, length);
    this.#there = this.#there.subarray(length);
    return taken;
  }
}

/** A client of the only disk: the old way to choose it, simple replies. `doc/proto.md` of NBD. */
class Client {
  #socket;
  #bytes;
  size = 0;

  static async of(path) {
    const client = new Client();
    client.#socket = connect(path);
    await once(client.#socket, "connect");
    client.#bytes = new Bytes(client.#socket);
    await client.#bytes.take(18);
    const chosen = Buffer.alloc(4 + 16);
    chosen.writeUInt32BE(3, 0);
    chosen.write("IHAVEOPT", 4, "latin1");
    chosen.writeUInt32BE(1, 12);
    client.#socket.write(chosen);
    const told = await client.#bytes.take(10);
    client.size = Number(told.readBigUInt64BE(0));
    return client;
  }

  async read(offset, length) {
    const asked = Buffer.alloc(28);
    asked.writeUInt32BE(0x25609513, 0);
    asked.writeBigUInt64BE(BigInt(offset), 16);
    asked.writeUInt32BE(length, 24);
    this.#socket.write(asked);
    const head = await this.#bytes.take(16);
    if (head.readUInt32BE(4) !== 0) throw new Told(`A read at ${offset} fails.`);
    return await this.#bytes.take(length);
  }

  end() {
    this.#socket.destroy();
  }
}

/** Numbers from 0 to 1, always the same ones. */
function* numbers() {
  let state = 0x2545f491;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** Seconds of CPU so far, and the most memory in bytes. */
function ofProcess(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
  const peak = /VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1];
  return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND, peak: peak * 1024 };
}

/** Seconds of each read, CPU seconds of one, and the server's memory. */
async function measured(program, path, memory) {
  const socket = join(tmpdir(), `vma-bench-${process.pid}`);
  rmSync(socket, { force: true });
  const options = ["serve", "-q", path, "scsi0", "--socket", socket, "--memory", String(memory)];
  const server = spawn(program, options, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    await once(createInterface(server.stdout), "line");
    const client = await Client.of(socket);
    const before = ofProcess(server.pid);
    const seconds = [];
    const places = numbers();
    for (let read = 0; read < READS; read += 1) {
      const last = client.size / LENGTH - 1;
      const offset = Math.floor(places.next().value * last) * LENGTH;
      const started = performance.now();
      await client.read(offset, LENGTH);
      seconds.push((performance.now() - started) / 1000);
    }
    const after = ofProcess(server.pid);
    client.end();
    return { seconds, cpu: (after.cpu - before.cpu) / READS, peak: after.peak };
  } finally {
    server.kill("SIGTERM");
    await once(server, "exit");
  }
}

/**
 * @param {string} program
 * @param {{ title: string, path: string, size: number }[]} backups
 * @param {(backup: { size: number }) => { memory: number, as: string }[]} bounds what the places
 *   that are kept may take, and for which size that stands
 * @param {(line: string) => void} say
 */
export async function serveTable(program, backups, bounds, say) {
  const lines = [];
  for (const backup of backups) {
    for (const { memory, as } of bounds(backup)) {
      say(`  ${backup.title}, --memory ${memory}`);
      const { seconds, cpu, peak } = await measured(program, backup.path, memory);
      const cells = [fine(median(seconds)), fine(Math.max(...seconds)), fine(cpu), mib(peak)];
      lines.push(row(backup.title, mib(backup.size), String(memory), as, ...cells));
    }
  }
  return [
    row("backup", "unpacked", "`--memory`", "as", "median", "worst", "CPU, mean", "memory"),
    row("---", "--:", "--:", "---", ...Array(4).fill("--:")),
    ...lines,
  ];
}

export const SERVE_ABOUT = `${READS} reads of ${LENGTH} bytes, one after the other over the socket.`;
