#!/usr/bin/env bash
# A navigation that becomes a download, and what the page was just loading.
#
# "location.href = address" of a file with "Content-Disposition: attachment" leaves the
# page where it is, so one would guess that nothing of the page stops. In Firefox 153 a
# module that a Worker was importing at that moment fails ("error loading dynamically
# imported module"), and so does what the document itself was importing or fetching; a
# fetch of the Worker goes on. Chromium 156 loads all four. And what failed once is lost: to
# import the module again fails as well, so no second try helps. The
# download has to begin in an <iframe>, which ends nothing in either browser.
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
mkdir saved

cat > try.mjs <<'END'
import http from "node:http";
import puppeteer from "puppeteer-core";

const [firefox, chromium, saved] = process.argv.slice(2);
const load = `const load = async (how, address) => {
  try {
    if (how === "import") return "loaded " + (await import(address)).default;
    return "loaded " + (await (await fetch(address)).text()).length;
  } catch { return "failed" + (how === "import" ? await again(address) : ""); }
};
const again = async (address) => {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return import(address).then(() => ", and loaded again", () => ", and failed again");
};`;
const worker = `${load}
onmessage = async ({ data }) => postMessage(await load(data.how, data.address));`;
const page = `<!doctype html><title>page</title><script type="module">
${load}
const worker = new Worker("/worker.js", { type: "module" });
window.run = (who, how, address, way) => {
  const result = who === "document" ? load(how, address) : new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage({ how, address });
  });
  setTimeout(() => {
    if (way === "navigation") return (location.href = "/download");
    const frame = document.createElement("iframe");
    frame.src = "/download";
    document.body.append(frame);
  }, 300);
  return result;
};
</script><body>`;
const server = http.createServer(({ url }, answer) => {
  const say = (type, text) => answer.setHeader("Content-Type", type).end(text);
  if (url === "/") return say("text/html", page);
  if (url === "/worker.js") return say("text/javascript", worker);
  if (url.startsWith("/slow")) {
    return setTimeout(() => say("text/javascript", "export default 7;"), 2000);
  }
  answer.setHeader("Content-Disposition", "attachment; filename=bytes.bin");
  return say("application/octet-stream", "bytes");
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const home = `http://127.0.0.1:${server.address().port}/`;
const browsers = {
  firefox: {
    browser: "firefox",
    executablePath: firefox,
    extraPrefsFirefox: {
      "browser.download.dir": saved,
      "browser.download.folderList": 2,
      "browser.download.useDownloadDir": true,
      "browser.download.always_ask_before_handling_new_types": false,
    },
  },
  chromium: {
    browser: "chrome",
    executablePath: chromium,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  },
};
let number = 0;
for (const [name, options] of Object.entries(browsers)) {
  const browser = await puppeteer.launch({ headless: true, ...options });
  for (const way of ["navigation", "iframe"]) {
    for (const who of ["worker", "document"]) {
      for (const how of ["import", "fetch"]) {
        const tab = await browser.newPage();
        await tab.goto(home);
        number += 1;
        const address = `/slow-${number}.js`;
        const said = await tab.evaluate((...all) => window.run(...all), who, how, address, way);
        console.log(`${name}, ${way}: ${how} of the ${who} ${said}`);
        await tab.close();
      }
    }
  }
  await browser.close();
}
server.close();
END

node try.mjs "$firefox" "$chromium" "$folder/saved" | tee seen
diff seen - <<'END' || { echo changed; exit 1; }
firefox, navigation: import of the worker failed, and failed again
firefox, navigation: fetch of the worker loaded 17
firefox, navigation: import of the document failed, and failed again
firefox, navigation: fetch of the document failed
firefox, iframe: import of the worker loaded 7
firefox, iframe: fetch of the worker loaded 17
firefox, iframe: import of the document loaded 7
firefox, iframe: fetch of the document loaded 17
chromium, navigation: import of the worker loaded 7
chromium, navigation: fetch of the worker loaded 17
chromium, navigation: import of the document loaded 7
chromium, navigation: fetch of the document loaded 17
chromium, iframe: import of the worker loaded 7
chromium, iframe: fetch of the worker loaded 17
chromium, iframe: import of the document loaded 7
chromium, iframe: fetch of the document loaded 17
END
