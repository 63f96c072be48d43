// The server of the page under test. The browsers are told to use it as their
// proxy too, also for itself, so that whatever a page, a Worker or a Service
// Worker asks of any server comes by here and is written down.

import { serve } from "../../../www/build/serve.mjs";

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
   * @param {{ folder?: string, headers?: Record<string, string> }} [options]
   */
  static async start(options) {
    const requests = [];
    const { server, url } = await serve({
      ...options,
      onRequest: ({ method, url: path }) => requests.push({ method, url: new URL(path, url).href }),
    });
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
