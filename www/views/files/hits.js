/** The files that are hit by what is lost or in doubt, in words and as a text. Pure. */
import { size } from "../../words/format.js";
import { faultWords } from "../../words/files.js";
import { text } from "../../words/text.js";
import { pathText } from "./walk.js";

/** @typedef {import("../../shared/files.js").FileDamaged} FileDamaged */
/** @typedef {import("../../shared/files.js").FileDamageUpdate} FileDamageUpdate */
/** @typedef {import("./order.js").Hit} Hit */
/** @typedef {import("./order.js").Item} Item */
/** @typedef {Omit<FileDamageUpdate, "hits">} Far */
/** How a walk ended, or that it goes on. @typedef {"runs" | "done" | "cut" | "stopped"} End */

/** Before anything was looked at. @type {Far} */
export const NOT_FAR = { things: 0, folders: 0, hit: 0, cut: 0, untold: 0 };

/**
 * @param {FileDamaged} damaged
 * @returns {Item}
 */
export function itemOfDamaged({ path, entry, lost, inDoubt, unknown, fault }) {
  const hit = { path: pathText(path), lost, inDoubt, unknown, fault };
  // The root has no name.
  const name = path.length > 0 ? entry.name : { text: text("files.root"), bytes: null };
  return { entry: { ...entry, name }, folders: path.slice(0, -1), hit };
}

/** @param {Hit} hit */
export function hitWords({ lost, inDoubt, unknown, fault }) {
  return [
    lost > 0 && text("files.hit-lost", { size: size(lost) }),
    inDoubt > 0 && text("files.hit-doubt", { size: size(inDoubt) }),
    unknown > 0 && text("files.hit-unknown", { size: size(unknown) }),
    fault && faultWords(fault),
  ]
    .filter((words) => typeof words === "string")
    .join(" · ");
}

/**
 * How far the walk is, or what came of it.
 * @param {Far} far
 * @param {End} end
 */
export function farWords({ things, folders, hit, untold }, end) {
  if (end === "done" && things + folders === 0) return text("files.hits-whole");
  if (end === "done" && hit + untold === 0) {
    return `${text("files.hits-none")} ${text("files.hits-looked", { count: things + folders })}`;
  }
  return [
    text("files.hits-count", { count: hit }),
    text("files.hits-looked", { count: things + folders }),
    end === "cut" && text("files.hits-more"),
    end === "stopped" && text("files.hits-stopped"),
  ]
    .filter((words) => words !== false)
    .join(" ");
}

/**
 * What nobody can tell of it.
 * @param {Far} far
 */
export function limitsOf({ things, folders, cut, untold }) {
  return [
    cut > 0 && text("files.hits-cut", { count: cut }),
    untold > 0 && text("files.hits-untold", { count: untold }),
    things + folders > 0 && text("files.hits-limits"),
  ].filter((words) => words !== false);
}

/**
 * All of it as a text: a line each, of its path, what is hit, and what else is the matter.
 * @param {readonly Item[]} items
 * @param {readonly string[]} head
 */
export function hitsText(items, head) {
  const lines = items.flatMap(({ hit }) =>
    hit ? [`${plain(`/${hit.path}`)}\t${hitWords(hit)}${aboutOf(hit)}`] : [],
  );
  return [...head, "", ...lines, ""].join("\n");
}

/** @param {Hit} hit */
function aboutOf({ fault }) {
  return fault && fault.about !== "" ? `\t${plain(`${fault.code}: ${fault.about}`)}` : "";
}

/** A name may hold what ends a line, or turns letters round. @param {string} words */
function plain(words) {
  return words.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (letter) => {
    const code = letter.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
