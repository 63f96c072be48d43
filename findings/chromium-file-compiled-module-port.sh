#!/usr/bin/env bash
# A compiled wasm module on its way from one Worker to another, in a page that is a file.
#
# WebAssembly.Module can be cloned, and a page on http hands one on between its Workers
# through a MessagePort; so one would guess that the same page does it when it is opened
# from a folder. In Chromium 156 it does not: the receiver gets "messageerror" and no
# message, and who listens for messages alone waits for ever. Bytes get through the same
# port. In Firefox 153 the module gets through from a folder as well. A program that hands
# compiled modules on has to hand on the bytes there, or to listen for "messageerror".
#
# Seen with Firefox 153.8.0 ESR and Chromium 156 of Debian 12, by puppeteer-core 24.43.1.
# Needs "firefox" or "firefox-esr", and "chromium", in the path, and Node 20.
set -euo pipefail

firefox=$(command -v firefox || command -v firefox-esr) || { echo "no Firefox"; exit 2; }
chromium=$(command -v chromium) || { echo "no Chromium"; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save puppeteer-core@24.43.1 >/dev/null

cat > page.html <<'END'
<!doctype html><title>page</title><script>
const start = (text) => new Worker(URL.createObjectURL(new Blob([text])));
const sender = () => start(`onmessage = ({ data: { what, port } }) => {
  const bytes = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
  port.postMessage(what === "module" ? new WebAssembly.Module(bytes) : bytes);
};`);
const receiver = () => start(`onmessage = ({ data: { port } }) => {
  port.onmessage = ({ data }) => postMessage(data.constructor.name);
  port.onmessageerror = () => postMessage("messageerror");
};`);
window.pass = (what) => new Promise((resolve) => {
  const { port1, port2 } = new MessageChannel();
  const [from, to] = [sender(), receiver()];
  to.onmessage = ({ data }) => resolve(data);
  to.postMessage({ port: port2 }, [port2]);
  from.postMessage({ what, port: port1 }, [port1]);
  setTimeout(() => resolve("nothing"), 20000);
});
</script>
END

cat > try.mjs <<'END'
import { readFileSync } from "node:fs";
import http from "node:http";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const [firefox, chromium] = process.argv.slice(2);
const server = http.createServer((_, answer) =>
  answer.setHeader("Content-Type", "text/html").end(readFileSync("page.html")),
);
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const places = {
  http: `http://127.0.0.1:${server.address().port}/`,
  file: pathToFileURL("page.html").href,
};
for (const [browser, executablePath] of [["firefox", firefox], ["chromium", chromium]]) {
  const args = browser === "chromium" ? ["--no-sandbox"] : [];
  const product = browser === "chromium" ? "chrome" : browser;
  const instance = await puppeteer.launch({ browser: product, executablePath, args, headless: true });
  const page = await instance.newPage();
  for (const [place, address] of Object.entries(places)) {
    await page.goto(address);
    for (const what of ["module", "bytes"]) {
      console.log(browser, place, what, await page.evaluate((w) => window.pass(w), what));
    }
  }
  await instance.close();
}
server.close();
END

cat > expected <<'END'
firefox http module Module
firefox http bytes Uint8Array
firefox file module Module
firefox file bytes Uint8Array
chromium http module Module
chromium http bytes Uint8Array
chromium file module messageerror
chromium file bytes Uint8Array
END
node try.mjs "$firefox" "$chromium" | tee seen
diff expected seen && echo "as it was seen"
