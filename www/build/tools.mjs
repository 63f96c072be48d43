// What the other scripts here share: running programs, and finding out
// whether those that are needed are there.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Top of the repository, with a slash at its end. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

export const wasmTarget = "wasm32-unknown-unknown";

/** What the terminal's program is compiled for, to run in Node. */
export const terminalTarget = "wasm32-wasip1";

/** An error whose message is all that a person needs; no stack is shown. */
export class Told extends Error {}

/** Says on its own line what happens next. */
export function say(text) {
  console.log(text);
}

/**
 * Runs a program with its output shown, and fails if it does.
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, cwd?: string }} [options]
 */
export function run(program, args, { env = {}, cwd = root } = {}) {
  const result = spawnSync(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: "inherit",
  });
  const command = [program, ...args].join(" ");
  if (result.error) {
    throw new Told(`Cannot run "${command}": ${result.error.message}`);
  }
  if (result.status !== 0) {
    throw new Told(`"${command}" failed (${result.signal ?? result.status}).`);
  }
}

/**
 * What a program prints, or null if it is not there or fails.
 * @param {string} program
 * @param {string[]} args
 * @returns {string | null}
 */
export function output(program, args) {
  const result = spawnSync(program, args, { cwd: root, encoding: "utf8" });
  return result.status === 0 ? result.stdout.trim() : null;
}

const howToInstall = `Install it with rustup (https://rustup.rs), for example:

    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh
    . "$HOME/.cargo/env"

and run the same command again. A linker is needed too; on Debian:

    apt-get install gcc libc6-dev`;

/** Numbers of a version such as "1.95.0", to compare. */
function version(text) {
  return (text.match(/\d+/g) ?? []).slice(0, 3).map(Number);
}

function olderThan(found, wanted) {
  const [a, b] = [version(found), version(wanted)];
  const index = b.findIndex((number, at) => number !== (a[at] ?? 0));
  return index >= 0 && (a[index] ?? 0) < b[index];
}

/** Makes sure that Rust is there, new enough, and can build for wasm. */
export function needRust() {
  if (output("cargo", ["--version"]) === null) {
    throw new Told(`Rust is missing: there is no "cargo". ${howToInstall}`);
  }
  const found = output("rustc", ["--version"])?.split(" ")[1] ?? "0";
  const manifest = readFileSync(`${root}Cargo.toml`, "utf8");
  const wanted = manifest.match(/^rust-version = "(.+)"$/m)?.[1] ?? "0";
  if (olderThan(found, wanted)) {
    throw new Told(
      `Rust ${found} is too old: ${wanted} or later is needed. ` +
        `With rustup: "rustup update stable". Without it: ${howToInstall}`,
    );
  }
  if (output("cc", ["--version"]) === null) {
    throw new Told(
      `There is no C compiler "cc", which Rust links with. On Debian:\n\n    apt-get install gcc libc6-dev`,
    );
  }
  needTarget(wasmTarget);
}

/** @param {string} target that Rust is to compile for */
export function needTarget(target) {
  const folder = output("rustc", ["--print", "target-libdir", "--target", target]);
  if (folder !== null && existsSync(folder)) {
    return;
  }
  if (output("rustup", ["--version"]) === null) {
    throw new Told(
      `This Rust cannot build for wasm (target ${target}), and there is no "rustup" to add that. ${howToInstall}`,
    );
  }
  say(`Adding ${target} to Rust, once: rustup target add ${target}`);
  run("rustup", ["target", "add", target]);
}

/** Whether node_modules has packages in these versions. */
function havePackages(wanted) {
  return Object.entries(wanted).every(([name, version]) => {
    const manifest = `${root}node_modules/${name}/package.json`;
    return existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).version === version;
  });
}

/** Nothing that is installed runs a script of its own. */
const ci = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];

/** Installs npm's packages unless the pinned versions are all there. */
export function needPackages() {
  const { dependencies, devDependencies } = manifest();
  if (!havePackages({ ...dependencies, ...devDependencies })) {
    say("Installing the packages that the tests need: npm ci");
    run("npm", ci);
  }
}

/** Installs what makes few files of the page's many, and nothing else, unless it is there. */
export function needBundler() {
  if (!havePackages(manifest().dependencies)) {
    say("Installing what bundles the page: npm ci --omit=dev");
    run("npm", [...ci, "--omit=dev"]);
  }
}

function manifest() {
  return JSON.parse(readFileSync(`${root}package.json`, "utf8"));
}

/**
 * Runs a script's work and ends the process as it went.
 * @param {() => void | Promise<void>} work
 */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    console.error(`\n${error instanceof Told ? error.message : error.stack}`);
    process.exitCode = 1;
  }
}
