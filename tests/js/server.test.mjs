// The server that "npm start" runs.

import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { serve } from "../../www/build/serve.mjs";
import { root } from "../../www/build/tools.mjs";

let running;
before(async () => {
  running = await serve({ folder: `${root}www` });
});
after(() => running.server.close());

/** Asks for a path just as it is written; with the bytes that came. */
function ask(path, { method = "GET", headers = {}, url = running.url } = {}) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    get({ hostname, port, path, method, headers, agent: false }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve(Object.assign(response, { bytes: Buffer.concat(chunks) })));
    }).on("error", reject);
  });
}

test("every answer carries the policy, also for Workers", async () => {
  for (const path of ["/", "/worker/worker.js", "/service-worker.js", "/nothing-here"]) {
    const { headers } = await ask(path);
    const policy = headers["content-security-policy"];
    assert.match(policy, /default-src 'none'/, path);
    assert.match(policy, /connect-src 'self'/, path);
    assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')|https?:/, path);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["referrer-policy"], "no-referrer");
  }
});

test("files come with their types", async () => {
  const type = async (path) => (await ask(path)).headers["content-type"];
  assert.equal(await type("/"), "text/html; charset=utf-8");
  assert.equal(await type("/main.js?v=1"), "text/javascript; charset=utf-8");
  assert.equal(await type("/icon.svg"), "image/svg+xml");
});

test("nothing outside the folder is served", async () => {
  const paths = ["/../Cargo.toml", "/%2e%2e/Cargo.toml", "/..%2fCargo.toml", "/%00", "/%zz", "//x"];
  for (const path of paths) {
    assert.equal((await ask(path)).statusCode, 404, path);
  }
});

test("nothing can be sent", async () => {
  assert.equal((await ask("/", { method: "POST" })).statusCode, 405);
});

const GZIP = { "accept-encoding": "gzip, deflate" };

test("texts come packed to whoever takes that, and are the same", async () => {
  const plain = readFileSync(join(root, "www/main.js"));
  for (const [accepted, isPacked] of [
    ["gzip, deflate, br", true],
    ["br;q=1.0, GZIP;q=0.5", true],
    ["*", true],
    ["gzip;q=0", false],
    ["gzip;q=0, *", false],
    ["deflate, br", false],
    ["identity", false],
    ["", false],
  ]) {
    const { headers, bytes } = await ask("/main.js", { headers: { "accept-encoding": accepted } });
    assert.equal(headers["content-encoding"], isPacked ? "gzip" : undefined, accepted);
    assert.equal(headers["content-length"], String(bytes.length), accepted);
    assert.equal(headers["vary"], "Accept-Encoding");
    assert.equal(headers["content-type"], "text/javascript; charset=utf-8");
    assert.ok(plain.equals(isPacked ? gunzipSync(bytes) : bytes), accepted);
    assert.ok(!isPacked || bytes.length < plain.length);
  }
});

test("a question for the headers alone gets them packed as well, and no bytes", async () => {
  const whole = await ask("/main.js", { headers: GZIP });
  const { headers, bytes } = await ask("/main.js", { headers: GZIP, method: "HEAD" });
  assert.equal(headers["content-length"], String(whole.bytes.length));
  assert.equal(bytes.length, 0);
});

test("what is packed already comes as it is", async () => {
  const { headers, bytes } = await ask("/build/picture.png", { headers: GZIP });
  assert.equal(headers["content-encoding"], undefined);
  assert.ok(readFileSync(join(root, "www/build/picture.png")).equals(bytes));
});

test("a file that has changed is packed anew", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vma-inspector-served-"));
  const { server, url } = await serve({ folder });
  try {
    copyFileSync(join(root, "www/main.js"), join(folder, "a.js"));
    await ask("/a.js", { headers: GZIP, url });
    writeFileSync(join(folder, "a.js"), "changed");
    const { bytes } = await ask("/a.js", { headers: GZIP, url });
    assert.equal(gunzipSync(bytes).toString(), "changed");
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
});

test("it listens on the loopback address only", () => {
  assert.equal(running.server.address().address, "127.0.0.1");
});

test("a taken port is passed over", async () => {
  const { port } = running.server.address();
  const second = await serve({ folder: root, port, tries: 20 });
  assert.notEqual(second.server.address().port, port);
  second.server.close();
});
