// "npm run package": the page and the package for npm as the build makes them, and in the
// package the terminal's program, compiled to run in Node: the same program as the native
// one, but for `serve`, which needs sockets, and threads.

import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { build, sameEverywhere, targetFolder } from "./build.mjs";
import { writeNotices } from "./notices.mjs";
import { npmPackage, TERMINAL } from "./package.mjs";
import { packagesOfPage, packagesOfTerminal } from "./packages.mjs";
import { main, needTarget, root, run, say, terminalTarget } from "./tools.mjs";

const PROGRAM = "vma-inspector";
const PROFILE = "node";

/** Puts the program into the package that the build has made. */
export function addTerminal() {
  needTarget(terminalTarget);
  say("Building the terminal's program for Node");
  const target = targetFolder();
  const made = packagesOfTerminal();
  const what = ["--features", "cli", "--bin", PROGRAM, "--profile", PROFILE];
  const env = sameEverywhere(target, made);
  run("cargo", ["build", "--locked", ...what, "--target", terminalTarget], { env });

  const put = (name, from) => {
    mkdirSync(dirname(join(npmPackage, name)), { recursive: true });
    cpSync(from, join(npmPackage, name));
  };
  put(TERMINAL.wasm, join(target, terminalTarget, PROFILE, `${PROGRAM}.wasm`));
  put(TERMINAL.script, join(root, "www/package/terminal.js"));
  chmodSync(join(npmPackage, TERMINAL.wasm), 0o644);
  writeNotices(npmPackage, withOthers(packagesOfPage(), made));

  const path = join(npmPackage, "package.json");
  const manifest = JSON.parse(readFileSync(path, "utf8"));
  manifest.bin = { [PROGRAM]: TERMINAL.script };
  manifest.files.push("terminal");
  writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
  say("Put it into target/package");
}

/** What either is made of. */
function withOthers({ page, packages }, { packages: others }) {
  const known = new Set(packages.filter(({ part }) => part !== "build").map(({ id }) => id));
  const all = packages.filter(({ id }) => known.has(id));
  return { page, packages: [...all, ...others.filter(({ id }) => !known.has(id))] };
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    await build();
    addTerminal();
  });
}
