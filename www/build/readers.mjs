// Readers of disks that others wrote, for the tests: of PyPI and of crates.io, in
// the versions that tests/readers names. They are put into target/readers alone.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, run, say } from "./tools.mjs";

const sources = join(root, "tests/readers");
const folder = join(root, "target/readers");

/** dissect.hypervisor, in an environment of its own: the system's Python stays as it is. */
function needPython() {
  const list = join(sources, "requirements.txt");
  const done = join(folder, "python/installed.txt");
  const wanted = readFileSync(list, "utf8");
  if (existsSync(done) && readFileSync(done, "utf8") === wanted) {
    return;
  }
  say("Installing the readers of disks that tests/readers/requirements.txt lists");
  const python = join(folder, "python");
  run("/usr/bin/python3", ["-m", "venv", "--clear", python]);
  const quiet = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"];
  run(join(python, "bin/pip"), ["install", ...quiet, "--require-hashes", "--requirement", list]);
  writeFileSync(done, wanted);
}

/** Makes sure that the readers are there. */
export function needReaders() {
  needPython();
  const manifest = join(sources, "Cargo.toml");
  run("cargo", ["build", "--locked", "--manifest-path", manifest, "--target-dir", folder]);
}
