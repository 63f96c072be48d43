// The server that "npm start" runs.

import assert from "node:assert/strict";
import { get } from "node:http";
import { after, before, test } from "node:test";
import { serve } from "../../www/build/serve.mjs";
import { root } from "../../www/build/tools.mjs";

let running;
before(async () => {
  running = await serve({ folder: `${root}www` });
});
after(() => running.server.close());

/** Asks for a path just as it is written. */
function ask(path, method = "GET") {
  const { hostname, port } = new URL(running.url);
  return new Promise((resolve, reject) => {
    get({ hostname, port, path, method, agent: false }, (response) => {
      response.resume();
      response.on("end", () => resolve(response));
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
  assert.equal((await ask("/", "POST")).statusCode, 405);
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
