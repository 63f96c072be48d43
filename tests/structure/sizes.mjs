// How long functions and files are, and how many fields a type has.

import { closing, lineAt, opening } from "./text.mjs";

export const FUNCTION_LINES = 60;
export const FILE_LINES = 500;
export const FIELDS = 10;

/** Tables of data, which no one reads from front to back, each with why it is long. */
export const DATA_TABLES = new Map([]);

/** The mark of a comment that says why a type has many fields. */
export const REASON = /\bMany fields: \S/;

/** Functions of a file with their first and last line: `{ name, first, last }`. */
export function functionsOf(path, code) {
  return path.endsWith(".rs") ? rustFunctions(code) : scriptFunctions(code);
}

function rustFunctions(code) {
  const found = [];
  for (const one of code.matchAll(/\bfn\s+(\w+)/g)) {
    let at = one.index + one[0].length;
    while (at < code.length && !"{;".includes(code[at])) {
      at = "([".includes(code[at]) ? closing(code, at) + 1 : at + 1;
    }
    if (code[at] === "{") found.push(lines(code, one[1], one.index, closing(code, at)));
  }
  return found;
}

const lines = (code, name, start, end) => ({
  name,
  first: lineAt(code, start),
  last: lineAt(code, end),
});

const NO_FUNCTION = new Set(["if", "for", "while", "switch", "catch", "with"]);

function scriptFunctions(code) {
  const found = [];
  for (let at = code.indexOf("{"); at >= 0; at = code.indexOf("{", at + 1)) {
    const before = code.slice(0, at).trimEnd();
    const start = headOf(code, before);
    if (start !== null) found.push(lines(code, start.name, start.at, closing(code, at)));
  }
  return found;
}

/** Where the head of a function starts, if this text ends with one. */
function headOf(code, before) {
  if (before.endsWith("=>")) {
    const head = before.slice(0, -2).trimEnd();
    const at = head.endsWith(")") ? opening(code, head.length - 1) : head.search(/[\w$]+$/);
    return { name: "=>", at };
  }
  if (!before.endsWith(")")) return null;
  const open = opening(code, before.length - 1);
  const name = /([\w$#]+)\s*$/.exec(code.slice(0, open))?.[1];
  if (name === undefined || NO_FUNCTION.has(name)) return null;
  return { name, at: code.slice(0, open).trimEnd().length - name.length };
}

/** Types of a file with the number of their fields: `{ name, fields, line, hasReason }`. */
export function typesOf(path, { code, text }) {
  const types = path.endsWith(".rs") ? rustTypes(code) : scriptTypes(code, text);
  return types.map(({ at, end, ...rest }) => ({
    ...rest,
    line: lineAt(text, at),
    hasReason: REASON.test(commentBefore(text, at) + text.slice(at, end)),
  }));
}

/** The lines of comment and attributes in front of a place. */
function commentBefore(text, at) {
  const before = text.slice(0, at).split("\n").slice(0, -1);
  const first = before.findLastIndex((line) => !/^\s*(\/\/|#\[|\*|\/\*)/.test(line));
  return before.slice(first + 1).join("\n");
}

function rustTypes(code) {
  return [...code.matchAll(/\bstruct\s+(\w+)[^;{(]*\{/g)].map((found) => {
    const open = found.index + found[0].length - 1;
    const end = closing(code, open);
    return {
      name: found[1],
      fields: atTop(code, open, end, /\b\w+\s*:(?!:)/g),
      at: found.index,
      end,
    };
  });
}

/** How often something stands in a block, and in no bracket inside it. */
function atTop(code, open, end, pattern) {
  let body = code.slice(open + 1, end);
  for (let at = 0; at < body.length; at += 1) {
    if ("([{".includes(body[at])) {
      const close = closing(body, at);
      body =
        body.slice(0, at) +
        body.slice(at, close + 1).replace(/[^\n]/g, " ") +
        body.slice(close + 1);
    }
  }
  return [...body.matchAll(pattern)].length;
}

function scriptTypes(code, text) {
  const classes = [...code.matchAll(/\bclass\s+([\w$]+)[^{]*\{/g)].map((found) => {
    const open = found.index + found[0].length - 1;
    const end = closing(code, open);
    const body = code.slice(open, end);
    const declared = [...body.matchAll(/^ {2,}(?:static\s+)?(#?[\w$]+)\s*(?:=[^=>]|;)/gm)];
    const top = declared.filter((one) => depthAt(body, one.index) === 1).map((one) => one[1]);
    const set = [...body.matchAll(/\bthis\.(#?[\w$]+)\s*=[^=>]/g)].map((one) => one[1]);
    return { name: found[1], fields: new Set([...top, ...set]).size, at: found.index, end };
  });
  const shapes = [...code.matchAll(/\b(?:interface\s+(\w+)[^{]*|type\s+(\w+)[^={]*=\s*)\{/g)];
  const shaped = shapes.map((found) => {
    const open = found.index + found[0].length - 1;
    const end = closing(code, open);
    const fields = atTop(code, open, end, /[\w"$]+\??\s*:/g);
    return { name: found[1] ?? found[2], fields, at: found.index, end };
  });
  return [...classes, ...shaped, ...typedefsOf(text)];
}

function depthAt(code, at) {
  let depth = 0;
  for (const letter of code.slice(0, at)) {
    if (letter === "{") depth += 1;
    if (letter === "}") depth -= 1;
  }
  return depth;
}

/** Types that comments define, by properties or by a shape in braces. */
function typedefsOf(text) {
  return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)]
    .filter(([comment]) => comment.includes("@typedef"))
    .map((found) => {
      const comment = found[0];
      const outer = comment.indexOf("{", comment.indexOf("@typedef"));
      const outerEnd = outer < 0 ? 0 : closing(comment, outer);
      const inner = comment.slice(0, outerEnd).indexOf("{", outer + 1);
      const shape =
        inner < 0 ? 0 : atTop(comment, inner, closing(comment, inner), /[\w"$]+\??\s*:/g);
      const properties = [...comment.matchAll(/@property\b/g)].length;
      const name = /\w[\w$]*/.exec(comment.slice(outerEnd))?.[0] ?? "?";
      const [at, end] = [found.index, found.index + comment.length];
      return { name, fields: Math.max(shape, properties), at, end };
    });
}

/** What is too long or too wide in one file. */
export function tooLarge(path, { code, text }, tables = DATA_TABLES) {
  const problems = [];
  const count = text.replace(/\n$/, "").split("\n").length;
  if (count > FILE_LINES && !tables.has(path)) problems.push(`${path}: ${count} lines`);
  if (/\.(css|html)$/.test(path)) return problems;
  for (const { name, first, last } of functionsOf(path, code)) {
    const length = last - first + 1;
    if (length > FUNCTION_LINES) problems.push(`${path}:${first}: ${name} has ${length} lines`);
  }
  for (const { name, fields, line, hasReason } of typesOf(path, { code, text })) {
    if (fields > FIELDS && !hasReason) {
      problems.push(`${path}:${line}: ${name} has ${fields} fields, and no reason beside it`);
    }
  }
  return problems;
}
