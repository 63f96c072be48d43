// What counts as the part of a file that was asked for: by RFC 9110, 13.1, 14.4 and 15.3.7.

import assert from "node:assert/strict";
import { test } from "node:test";
import { changeIn, cutAt, partIn, sameFileHeaders } from "../../www/shared/range-answer.js";

const URL_OF = "https://example.org/dump/a.vma";
const WANTED = { url: URL_OF, start: 512, end: 1024 };
const RIGHT = {
  status: 206,
  url: URL_OF,
  headers: { "Content-Range": "bytes 512-1023/4096", ETag: `"one"` },
};

function answer(change = {}) {
  const { headers, ...rest } = { ...RIGHT, ...change };
  return { ...rest, header: (name) => headers[name] ?? null };
}

const codeOf = (change) => partIn(answer(change), WANTED).failure?.code ?? null;
const withHeaders = (headers) => ({ headers: { ...RIGHT.headers, ...headers } });

test("the part that was asked for tells how large the whole is", () => {
  assert.deepEqual(partIn(answer(), WANTED), { size: 4096, failure: null });
  assert.equal(codeOf(withHeaders({ "Content-Encoding": "identity" })), null);
});

test("whatever else a server answers is a failure with a name", () => {
  for (const [status, code] of [
    [0, "remote-unreachable"],
    [200, "remote-no-parts"],
    [204, "remote-broken"],
    [302, "remote-login"],
    [401, "remote-login"],
    [403, "remote-login"],
    [404, "remote-missing"],
    [407, "remote-login"],
    [410, "remote-missing"],
    [412, "remote-changed"],
    [416, "remote-changed"],
    [429, "remote-broken"],
    [500, "remote-broken"],
  ]) {
    assert.equal(codeOf({ status }), code, `${status}`);
  }
  assert.equal(codeOf({ url: "https://example.org/login" }), "remote-login");
  const empty = withHeaders({ "Content-Range": "bytes */0" });
  assert.equal(codeOf({ ...empty, status: 416 }), "remote-empty");
});

test("a page for people is no part of a backup, whatever its status", () => {
  for (const type of ["text/html", "Text/HTML; charset=utf-8"]) {
    for (const status of [200, 206]) {
      const told = codeOf({ ...withHeaders({ "Content-Type": type }), status });
      assert.equal(told, "remote-login", `${status} ${type}`);
    }
  }
});

test("another part, or one of which nothing sure is said, is none", () => {
  for (const range of [
    "bytes 0-511/4096",
    "bytes 512-1024/4096",
    "bytes 512-1022/4096",
    "bytes 512-1023/*",
    "bytes 512-1023/1023",
    "bytes 512-1023/99999999999999999999",
    "bytes */4096",
    "items 512-1023/4096",
    "bytes 512-1023/4096, bytes 0-1/2",
    "",
  ]) {
    assert.equal(codeOf(withHeaders({ "Content-Range": range })), "remote-wrong-part", range);
  }
  for (const came of [0, 511, 513]) assert.equal(cutAt(came, 512)?.code, "remote-cut", `${came}`);
  assert.equal(cutAt(512, 512), null);
  for (const encoding of ["gzip", "br", "identity, gzip", ""]) {
    assert.equal(codeOf(withHeaders({ "Content-Encoding": encoding })), "remote-encoded");
  }
});

test("a file that differs in size, tag or date is another one", () => {
  const file = { size: 4096, etag: `"one"`, modified: null };
  assert.equal(changeIn(answer(), 4096, file), null);
  for (const [size, change] of [
    [4097, {}],
    [4096, { ETag: `"two"` }],
    [4096, { ETag: undefined }],
    [4096, { "Last-Modified": "Mon, 06 May 2024 12:00:00 GMT" }],
  ]) {
    const told = changeIn(answer(withHeaders(change)), size, file);
    assert.equal(told?.code, "remote-changed");
  }
});

test("the server is asked by a strong tag, else by the date, and never for the whole instead", () => {
  const modified = "Mon, 06 May 2024 12:00:00 GMT";
  assert.deepEqual(sameFileHeaders({ etag: `"one"`, modified }), { "If-Match": `"one"` });
  for (const etag of [`W/"one"`, null]) {
    assert.deepEqual(sameFileHeaders({ etag, modified }), { "If-Unmodified-Since": modified });
  }
});
