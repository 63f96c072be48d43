// Builds the page twice, from copies of what is committed or new here, in two folders
// under two homes, and holds the lists of hashes against each other. It takes twice as
// long as a first build, so it is no part of the tests: npm run reproduce

import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { env } from "node:process";
import { HASHES } from "./hashes.mjs";
import { main, output, root, run, say, Told } from "./tools.mjs";

/** Copies the files of this checkout that git knows or would take. */
function copyCheckout(folder) {
  const names = output("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  if (names === null) {
    throw new Told('"git ls-files" failed: what to build cannot be told.');
  }
  // What a link leads to is not of this checkout.
  const isOfIt = (name) => name !== "" && name !== "node_modules" && existsSync(join(root, name));
  for (const name of names.split("\0").filter(isOfIt)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    cpSync(join(root, name), join(folder, name));
  }
}

/** Builds in `folder` under a home of its own, and returns the list of hashes. */
function buildIn(folder, home) {
  const here = join(env.CARGO_HOME ?? join(homedir(), ".cargo"), "registry");
  const there = join(home, ".cargo/registry");
  say(`\nBuilding in ${folder}, at home in ${home}`);
  copyCheckout(folder);
  // What was downloaded already is copied, so that no network is needed. Sources are
  // unpacked anew.
  mkdirSync(there, { recursive: true });
  for (const name of ["cache", "index"].filter((each) => existsSync(join(here, each)))) {
    cpSync(join(here, name), join(there, name), { recursive: true });
  }
  const bundler = ["node_modules/esbuild", "node_modules/@esbuild"];
  for (const name of bundler.filter((each) => existsSync(join(root, each)))) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  run("node", ["www/build/build.mjs"], {
    cwd: folder,
    env: {
      HOME: home,
      CARGO_HOME: join(home, ".cargo"),
      RUSTUP_HOME: env.RUSTUP_HOME ?? join(homedir(), ".rustup"),
      CARGO_TARGET_DIR: undefined,
    },
  });
  return readFileSync(join(folder, "target/page", HASHES), "utf8");
}

/** Lines that only one of the two lists has. */
function differences(one, other) {
  const lists = [one, other].map((list) => list.split("\n"));
  return lists.flat().filter((line) => !lists.every((list) => list.includes(line)));
}

function reproduce() {
  const top = mkdtempSync(join(tmpdir(), "vma-inspector-twice-"));
  try {
    const one = buildIn(join(top, "one"), join(top, "home"));
    const other = buildIn(join(top, "another/deeper/folder"), join(top, "homes/somebody else"));
    const different = differences(one, other);
    if (different.length > 0) {
      throw new Told(`Two builds differ:\n${different.join("\n")}`);
    }
    say(`\nBoth builds have the same files:\n${one}`);
  } finally {
    rmSync(top, { recursive: true, force: true });
  }
}

await main(reproduce);
