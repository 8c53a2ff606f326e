import { describe, expect, it } from "vitest";
import { translator, wordOf, type Language } from "../../app/texts";
import { sentenceOf, type Words } from "./sentences";
import type { Node } from "./tree";

function words(language: Language): Words {
  const t = translator(language);
  return {
    t,
    word: (group, word) => wordOf(t, group, word),
    names: new Map([["s-1", "Regulars"], ["l-1", "Press"]]),
    money: (minor) => (minor / 100).toFixed(2),
    typeOf: (owner, name) => (owner !== null && name === "amount" ? "money" : undefined),
  };
}

const SENTENCES: [Node, string][] = [
  [{ event: "purchase", op: "gte", value: 4, window: { last: "P28D" } }, "number of purchases is at least 4 in the last 28 days"],
  [{ event: "purchase", agg: "sum", field: "amount", op: "gte", value: 40000, window: { last: "P28D" } }, "total amount of purchases is at least 400.00 in the last 28 days"],
  [{ event: "purchase", op: "between", value: [2, 5] }, "number of purchases is between 2 and 5 ever"],
  [{ event: "purchase_line", where: { all: [{ prop: "category", op: "eq", value: "PEARS" }, { prop: "quantity", op: "gt", value: 2 }] }, op: "gte", value: 1, window: { between_ago: ["P30D", "P90D"] } },
    "number of purchased items is at least 1 where category is PEARS and quantity is more than 2 between 30 days and 90 days ago"],
  [{ event: "purchase", agg: "last", older_than: "P60D" }, "last Purchase more than 60 days ago"],
  [{ event: "purchase", agg: "first", within: "PT12H" }, "first Purchase at most 12 hours ago"],
  [{ attr: "city", op: "in", value: ["Leeds", "York"] }, "city is one of Leeds, York"],
  [{ attr: "created_at", op: "age_lt", value: "P7D" }, "known since is less than 7 days ago"],
  [{ attr: "loyalty_level", op: "missing" }, "loyalty level is not known"],
  [{ consent: { channel: "email", purpose: "marketing" }, is: "granted" }, "consent by e-mail for marketing: granted"],
  [{ sequence: { first: { event: "exposure" }, without: { event: "purchase" }, within: "P3D", last: "P30D" } }, "Message sent, but no Purchase within 3 days, in the last 30 days"],
  [{ segment: "s-1" }, "in the segment “Regulars”"],
  [{ list: "l-1" }, "on the list “Press”"],
  [{ bucket: { salt: "x", from: 0, to: 1000 } }, "a stable 10 % of all customers"],
  [{ all: [{ segment: "s-1" }, { any: [{ list: "l-1" }, { not: { list: "l-1" } }] }] }, "in the segment “Regulars” and (on the list “Press” or not: on the list “Press”)"],
  [{ all: 3 }, "all of 3 rules"],
];

describe("a rule in words", () => {
  it.each(SENTENCES)("%j", (node, sentence) => {
    expect(sentenceOf(node, words("en"))).toBe(sentence);
  });

  it.each(SENTENCES)("has a German sentence without a hole in it: %j", (node) => {
    expect(sentenceOf(node, words("de"))).not.toMatch(/[{}]|undefined|null|\s\s/);
  });
});
