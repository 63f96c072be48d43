/** Which parameters each sentence of the catalogue names, for tsc. */
import type { CATALOGUE } from "./catalogue.js";

type Catalogue = typeof CATALOGUE;
type Form<Entry> = Entry extends { other: infer Other } ? Other : Entry;
type Named<Pattern> = Pattern extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Named<Rest>
  : never;
/** Plural forms are chosen by `count`, whether they name it or not. */
type Names<Entry> = Named<Form<Entry>> | (Entry extends string ? never : "count");

export type Key = keyof Catalogue;
/** Keys that end in this and begin with that. */
export type KeysOf<Family extends string> = Extract<Key, `${Family}.${string}`>;
/** What stands behind that family in its keys. */
export type IdsOf<Family extends string> =
  KeysOf<Family> extends infer K ? (K extends `${Family}.${infer Id}` ? Id : never) : never;
/** Nothing for a sentence without parameters, otherwise all that it names. */
export type Arguments<K extends Key, Value> = [Names<Catalogue[K]>] extends [never]
  ? []
  : [params: { [Name in Names<Catalogue[K]>]: Name extends "count" ? number : Value | number }];
