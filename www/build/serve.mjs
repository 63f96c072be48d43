// Serves target/page to this machine, with the headers that the page should
// have wherever it is hosted.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { argv, env } from "node:process";
import { fileURLToPath } from "node:url";
import { page } from "./build.mjs";
import { main, say, Told } from "./tools.mjs";

const types = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".ts": "text/plain; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

// Workers and Service Workers obey the policy that their own script comes
// with, so every response carries it.
const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "worker-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const headers = {
  "Content-Security-Policy": policy,
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-cache",
};

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
  return entry?.isFile() ? { file, size: entry.size } : null;
}

async function answer(folder, request, response) {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { ...headers, Allow: "GET, HEAD" }).end();
    return;
  }
  const found = await fileFor(folder, request.url);
  if (found === null) {
    const type = types[".txt"];
    response.writeHead(404, { ...headers, "Content-Type": type }).end("There is no such file.\n");
    return;
  }
  response.writeHead(200, {
    ...headers,
    "Content-Type": types[extname(found.file)] ?? "application/octet-stream",
    "Content-Length": found.size,
  });
  if (request.method === "HEAD") {
    response.end();
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
 * @param {number} [options.port] 0 for any free one
 * @param {number} [options.tries] further ports to try if it is taken
 * @param {(request: import("node:http").IncomingMessage) => void} [options.onRequest]
 */
export async function serve({ folder = page, port = 0, tries = 0, onRequest } = {}) {
  const server = createServer((request, response) => {
    onRequest?.(request);
    answer(folder, request, response).catch(() => response.destroy());
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
  const { url } = await serve({ port: Number(env.PORT ?? 8080), tries: 20 });
  say(`\nVMA Inspector is at ${url}\nIt is served to this machine only. Ctrl+C ends it.`);
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  await main(servePage);
}
