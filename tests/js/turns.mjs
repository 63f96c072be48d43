// Turns, as the page takes them: by a message to itself. Node's own channel keeps a process
// alive.

globalThis.MessageChannel = class {
  port1 = {};
  port2 = { postMessage: () => setImmediate(() => this.port1.onmessage()) };
};
