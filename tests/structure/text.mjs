// Source text without what is no code: comments and the insides of strings
// become spaces, so that lines and places stay as they are.

const blank = (text) => text.replace(/[^\n]/g, " ");

/** Ends of what starts at `at`, by kind; null if code starts there. */
function rustToken(text, at) {
  const rest = text.slice(at, at + 400);
  if (rest.startsWith("//")) return ["comment", endOfLine(text, at)];
  if (rest.startsWith("/*")) return ["comment", endOfNested(text, at)];
  const raw = /^[bc]?r(#*)"/.exec(rest);
  if (raw && !/\w/.test(text[at - 1] ?? " ")) {
    const close = text.indexOf(`"${raw[1]}`, at + raw[0].length);
    return ["string", close < 0 ? text.length : close + 1 + raw[1].length];
  }
  if (rest.startsWith('"')) return ["string", endOfQuoted(text, at)];
  const letter = /^'(?:\\(?:u\{[^}]*\}|x..|.)|[^'\\])'/u.exec(rest);
  if (letter) return ["string", at + letter[0].length];
  return null;
}

function endOfLine(text, at) {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

function endOfNested(text, at) {
  let depth = 0;
  for (let i = at; i < text.length; i += 1) {
    if (text.startsWith("/*", i)) {
      depth += 1;
      i += 1;
    } else if (text.startsWith("*/", i)) {
      depth -= 1;
      i += 1;
      if (depth === 0) return i + 1;
    }
  }
  return text.length;
}

function endOfQuoted(text, at) {
  const quote = text[at];
  for (let i = at + 1; i < text.length; i += 1) {
    if (text[i] === "\\") i += 1;
    else if (text[i] === quote) return i + 1;
  }
  return text.length;
}

/** A template's end; what stands in `${}` in it is taken for text, too. */
function endOfTemplate(text, at) {
  for (let i = at + 1; i < text.length; i += 1) {
    if (text[i] === "\\") {
      i += 1;
    } else if (text[i] === "`") {
      return i + 1;
    } else if (text.startsWith("${", i)) {
      i = endOfPlaceholder(text, i + 2);
    }
  }
  return text.length;
}

function endOfPlaceholder(text, at) {
  let depth = 1;
  for (let i = at; i < text.length; i += 1) {
    const token = scriptToken(text, i);
    if (token) {
      i = token[1] - 1;
    } else if (text[i] === "{") {
      depth += 1;
    } else if (text[i] === "}") {
      depth -= 1;
      if (depth === 0) return i;
    }
  }
  return text.length;
}

function scriptToken(text, at) {
  if (text.startsWith("//", at)) return ["comment", endOfLine(text, at)];
  if (text.startsWith("/*", at)) {
    const end = text.indexOf("*/", at + 2);
    return ["comment", end < 0 ? text.length : end + 2];
  }
  if (text[at] === "`") return ["string", endOfTemplate(text, at)];
  if (text[at] === '"' || text[at] === "'") return ["string", endOfQuoted(text, at)];
  if (text[at] === "/" && startsRegularExpression(text, at)) {
    return ["string", endOfRegularExpression(text, at)];
  }
  return null;
}

function startsRegularExpression(text, at) {
  const before = text.slice(Math.max(0, at - 80), at).trimEnd();
  return before === "" || /(?:[(,=:[!&|?{};+*%<>~^-]|\b(?:return|typeof|case))$/.test(before);
}

function endOfRegularExpression(text, at) {
  let inClass = false;
  for (let i = at + 1; i < text.length && text[i] !== "\n"; i += 1) {
    if (text[i] === "\\") i += 1;
    else if (text[i] === "[") inClass = true;
    else if (text[i] === "]") inClass = false;
    else if (text[i] === "/" && !inClass) return i + 1;
  }
  return at + 1;
}

const isStyle = (path) => /\.(css|html)$/.test(path);

/** The code of a file: `{ code, withStrings }`, both as long as the text. */
export function codeOf(path, text) {
  if (isStyle(path)) return { code: text, withStrings: text };
  const token = path.endsWith(".rs") ? rustToken : scriptToken;
  let [code, withStrings] = ["", ""];
  for (let at = 0; at < text.length;) {
    const found = token(text, at);
    if (found === null) {
      code += text[at];
      withStrings += text[at];
      at += 1;
      continue;
    }
    const [kind, end] = found;
    const piece = text.slice(at, end);
    code += blank(piece);
    withStrings += kind === "string" ? piece : blank(piece);
    at = end;
  }
  return { code, withStrings };
}

/** The place of the bracket that closes the one at `open`. */
export function closing(code, open) {
  const pairs = { "{": "}", "(": ")", "[": "]" };
  const stack = [];
  for (let at = open; at < code.length; at += 1) {
    const letter = code[at];
    if (letter in pairs) stack.push(pairs[letter]);
    else if (letter === stack.at(-1)) {
      stack.pop();
      if (stack.length === 0) return at;
    }
  }
  return code.length;
}

/** The place of the bracket that opens what is closed at `close`. */
export function opening(code, close) {
  let depth = 0;
  for (let at = close; at >= 0; at -= 1) {
    if (")]}".includes(code[at])) depth += 1;
    else if ("([{".includes(code[at])) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return 0;
}

export const lineAt = (text, at) => text.slice(0, at).split("\n").length;

/** The same text with these ranges blank. */
export function without(text, ranges) {
  let result = text;
  for (const [start, end] of ranges) {
    result = result.slice(0, start) + blank(result.slice(start, end)) + result.slice(end);
  }
  return result;
}
