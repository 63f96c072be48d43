// The server of the page under test. The browsers are told to use it as their
// proxy too, also for itself, so that whatever a page, a Worker or a Service
// Worker asks of any server comes by here and is written down.

import { serve } from "../../../www/build/serve.mjs";

/** What is written down of a request. */
function written({ method, url: path, headers }, url) {
  const { range } = headers;
  return { method, url: new URL(path, url).href, ...(range && { range }) };
}

export class Server {
  /** @type {{ method: string, url: string }[]} */
  #requests = [];
  #server;

  constructor(server, url) {
    this.#server = server;
    this.url = url;
  }

  /**
   * Serves the built page with our headers, unless told otherwise.
   * @param {{ folder?: string, headers?: Record<string, string>, beside?: (request:
   *   import("node:http").IncomingMessage, response: import("node:http").ServerResponse) =>
   *   boolean }} [options] `beside` answers what is not the page's, and says whether it did
   */
  static async start({ beside, ...options } = {}) {
    const requests = [];
    const { server, url } = await serve({
      ...options,
      onRequest: (request) => requests.push(written(request, url)),
    });
    if (beside) {
      const [own] = server.listeners("request");
      server.removeAllListeners("request");
      server.on("request", (request, response) => {
        if (beside(request, response)) requests.push(written(request, url));
        else own(request, response);
      });
    }
    // What is meant for a server with TLS is refused, but written down.
    server.on("connect", ({ url: host }, socket) => {
      requests.push({ method: "CONNECT", url: `https://${host}/` });
      // A browser that ends meanwhile resets it.
      socket.on("error", () => {});
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    const started = new Server(server, url);
    started.#requests = requests;
    return started;
  }

  /** Host and port, for the browsers' settings. */
  get host() {
    return new URL(this.url).host;
  }

  get port() {
    return Number(new URL(this.url).port);
  }

  /**
   * Requests to any server since the last time that this was asked.
   * @returns {{ method: string, url: string }[]}
   */
  takeRequests() {
    return this.#requests.splice(0);
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
