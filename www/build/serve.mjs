// Serves target/page to this machine, with the headers that the page should
// have wherever it is hosted, and packed if the browser takes that.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { argv, env } from "node:process";
import { fileURLToPath } from "node:url";
import { page } from "./build.mjs";
import { Compressed, isPackable, takesGzip } from "./compressed.mjs";
import { HEADERS, TYPES } from "./headers.mjs";
import { main, say, Told } from "./tools.mjs";

/** What our server adds: nothing is used without asking whether it has changed. */
const OWN_HEADERS = { ...HEADERS, "Cache-Control": "no-cache" };
/** Of the page alone: neither registered for another program nor one that others take by habit. */
const PORT = 28620;

/** File for a request's path, or null if there is none within `folder`. */
async function fileFor(folder, url) {
  let path;
  try {
    // A browser that takes this for its proxy sends whole addresses.
    const { pathname } = new URL(url.startsWith("/") ? `http://localhost${url}` : url);
    path = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  if (path.includes("\0")) {
    return null;
  }
  let file = normalize(join(folder, path));
  if (!file.startsWith(folder + sep) && file !== folder) {
    return null;
  }
  if (path.endsWith("/")) {
    file = join(file, "index.html");
  }
  const entry = await stat(file).catch(() => null);
  return entry?.isFile() ? { file, entry } : null;
}

/** The bytes of a file, or packed; `body` is what sends them. */
async function contents({ file, entry }, packed, request) {
  if (!isPackable(file)) return { headers: {}, size: entry.size, body: null };
  const headers = { Vary: "Accept-Encoding" };
  if (!takesGzip(request.headers["accept-encoding"])) {
    return { headers, size: entry.size, body: null };
  }
  const body = await packed.of(file, entry);
  return { headers: { ...headers, "Content-Encoding": "gzip" }, size: body.length, body };
}

async function answer({ folder, headers, packed }, request, response) {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { ...headers, Allow: "GET, HEAD" }).end();
    return;
  }
  const found = await fileFor(folder, request.url);
  if (found === null) {
    const type = TYPES[".txt"];
    response.writeHead(404, { ...headers, "Content-Type": type }).end("There is no such file.\n");
    return;
  }
  const { size, body, ...more } = await contents(found, packed, request);
  response.writeHead(200, {
    ...headers,
    ...more.headers,
    "Content-Type": TYPES[extname(found.file)] ?? "application/octet-stream",
    "Content-Length": size,
  });
  if (request.method === "HEAD" || body !== null) {
    response.end(request.method === "HEAD" ? undefined : body);
    return;
  }
  createReadStream(found.file)
    .on("error", () => response.destroy())
    .pipe(response);
}

/** Starts to listen, or says why it cannot. */
function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve(undefined);
    });
  });
}

/**
 * Serves a folder on the loopback address.
 * @param {object} [options]
 * @param {string} [options.folder]
 * @param {Record<string, string>} [options.headers] of every answer
 * @param {number} [options.port] 0 for any free one
 * @param {number} [options.tries] further ports to try if it is taken
 * @param {(request: import("node:http").IncomingMessage) => void} [options.onRequest]
 */
export async function serve({
  folder = page,
  headers = OWN_HEADERS,
  port = 0,
  tries = 0,
  onRequest,
} = {}) {
  const packed = new Compressed();
  const server = createServer((request, response) => {
    onRequest?.(request);
    answer({ folder, headers, packed }, request, response).catch(() => response.destroy());
  });
  for (let left = tries; ; left -= 1, port += 1) {
    try {
      await listen(server, port);
      break;
    } catch (error) {
      if (error.code !== "EADDRINUSE" || left === 0) {
        throw new Told(`Cannot listen on port ${port}: ${error.message}`);
      }
    }
  }
  return { server, url: `http://127.0.0.1:${server.address().port}/` };
}

/** Serves the built page until the process is ended. */
export async function servePage() {
  const { url } = await serve({ port: Number(env.PORT ?? PORT), tries: 20 });
  say(`\nVMA Inspector is at ${url}\nIt is served to this machine only. Ctrl+C ends it.`);
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  await main(servePage);
}
