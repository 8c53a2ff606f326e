/** A rule in words: the same sentence in the list, in the builder, in an explanation. */
import type { Translate } from "../../app/texts";
import { readLength } from "./durations";
import { kindOf, type Json, type Node } from "./tree";

export interface Words {
  t: Translate;
  word: (group: string, word: string) => string;
  /** Names of segments and lists by id. */
  names: ReadonlyMap<string, string>;
  money: (minor: number) => string;
  /** The type of an attribute or an event's property, from the vocabulary. */
  typeOf: (owner: string | null, name: string) => string | undefined;
}

export function sentenceOf(node: Node, words: Words): string {
  const { t, word, names } = words;
  switch (kindOf(node)) {
    case "all":
      return branch(node.all, "segment.and", words);
    case "any":
      return branch(node.any, "segment.or", words);
    case "not":
      return t("segment.not", { rule: sentenceOf(node.not as Node, words) });
    case "attr":
      return t("segment.attr", { attr: attributeName(String(node.attr), words), test: test(node, null, String(node.attr), words) });
    case "count":
      return countSentence(node, words);
    case "moment":
      return momentSentence(node, words);
    case "sequence":
      return sequenceSentence(node.sequence as Node, words);
    case "consent": {
      const { channel, purpose } = node.consent as Record<string, string>;
      return t("segment.consent", { channel: word("channel", channel ?? ""), purpose: purpose ?? "", is: word("state", String(node.is)) });
    }
    case "list":
      return t("segment.list", { name: names.get(String(node.list)) ?? String(node.list) });
    case "segment":
      return t("segment.segment", { name: names.get(String(node.segment)) ?? String(node.segment) });
    case "bucket": {
      const { from, to } = node.bucket as { from: number; to: number };
      return t("segment.bucket", { share: (to - from) / 100 });
    }
    default:
      return JSON.stringify(node);
  }
}

function branch(rules: Json | undefined, key: "segment.and" | "segment.or", words: Words): string {
  // Explanations give the number of rules instead of the rules.
  if (typeof rules === "number") return words.t(key === "segment.and" ? "segment.all-of" : "segment.any-of", { count: rules });
  const parts = (rules as Node[]).map((rule) => {
    const nested = kindOf(rule) === "all" || kindOf(rule) === "any";
    return nested && (rules as Node[]).length > 1 ? `(${sentenceOf(rule, words)})` : sentenceOf(rule, words);
  });
  return parts.join(` ${words.t(key)} `);
}

function countSentence(node: Node, words: Words): string {
  const { t } = words;
  const event = String(node.event);
  const aggregate = String(node.agg ?? "count");
  const field = node.field === undefined ? null : String(node.field);
  const what = aggregate === "count" || field === null
    ? t("segment.count", { event: eventNames(event, words) })
    : t(`segment.${aggregate as "sum" | "avg" | "min" | "max" | "distinct"}`, { field: words.word("property", field), event: eventNames(event, words) });
  const asMoney = field !== null && aggregate !== "distinct";
  return [t("segment.has", { what, test: test(node, asMoney ? event : null, asMoney ? field : "", words) }), where(node.where, event, words), windowOf(node.window, words)]
    .filter(Boolean).join(" ");
}

function momentSentence(node: Node, words: Words): string {
  const { t } = words;
  const event = eventNames(String(node.event), words, true);
  const end = where(node.where, String(node.event), words);
  const which = node.agg === "first" ? "first" : "last";
  const said = typeof node.older_than === "string"
    ? t(`segment.${which}-older`, { event, length: lengthOf(node.older_than, words) })
    : typeof node.within === "string"
      ? t(`segment.${which}-newer`, { event, length: lengthOf(node.within, words) })
      : t(`segment.${which}-is`, { event, prop: words.word("property", String(node.prop ?? "")), test: test(node, String(node.event), String(node.prop ?? ""), words) });
  return end ? `${said} ${end}` : said;
}

function sequenceSentence(sequence: Node, words: Words): string {
  const { t } = words;
  const side = (part: Json | undefined) => {
    const node = part as Node;
    return [eventNames(String(node.event), words, true), where(node.where, String(node.event), words)].filter(Boolean).join(" ");
  };
  const values = {
    first: side(sequence.first), then: side(sequence.then ?? sequence.without),
    within: lengthOf(String(sequence.within), words), last: lengthOf(String(sequence.last), words),
  };
  return t("without" in sequence ? "segment.sequence-without" : "segment.sequence-then", values);
}

function where(condition: Json | undefined, event: string, words: Words): string {
  if (condition === undefined) return "";
  return words.t("segment.where", { condition: conditionOf(condition as Node, event, words) });
}

function conditionOf(node: Node, event: string, words: Words): string {
  if ("prop" in node) return `${words.word("property", String(node.prop))} ${test(node, event, String(node.prop), words)}`;
  if ("not" in node) return words.t("segment.not", { rule: conditionOf(node.not as Node, event, words) });
  const [key, joiner] = "any" in node ? (["any", "segment.or"] as const) : (["all", "segment.and"] as const);
  return ((node[key] ?? []) as Node[]).map((one) => conditionOf(one, event, words)).join(` ${words.t(joiner)} `);
}

/** "is at least 3", "is one of York, Leeds". */
function test(node: Node, owner: string | null, name: string, words: Words): string {
  const type = words.typeOf(owner, name);
  const op = String(node.op);
  const joiner = op === "between" ? ` ${words.t("segment.and")} ` : ", ";
  return words.t(`op.${op}` as never, { value: valueOf(node.value, type, words, joiner) });
}

function valueOf(value: Json | undefined, type: string | undefined, words: Words, joiner = ", "): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.map((one) => valueOf(one, type, words)).join(joiner);
  if (typeof value === "object") return Object.entries(value).map(([key, one]) => `${words.word("side", key)} ${lengthOf(String(one), words)}`).join(", ");
  if (type === "money" && typeof value === "number") return words.money(value);
  if (typeof value === "boolean") return words.t(value ? "word.yes" : "word.no");
  return typeof value === "string" && /^P(T?\d|\d)/.test(value) ? lengthOf(value, words) : String(value);
}

export function windowOf(window: Json | undefined, words: Words): string {
  const { t } = words;
  if (window === undefined || window === null || typeof window !== "object" || Array.isArray(window) || window.ever === true) return t("window.ever");
  if (typeof window.last === "string") return t("window.last", { length: lengthOf(window.last, words) });
  if (Array.isArray(window.between_ago)) {
    const [near, far] = window.between_ago.map((one) => lengthOf(String(one), words));
    return t("window.between", { near: near ?? "", far: far ?? "" });
  }
  if (window.calendar) {
    const { unit, which } = window.calendar as Record<string, string>;
    return t(which === "last" ? "window.last-unit" : "window.this-unit", { unit: words.word("calendar", unit ?? "") });
  }
  const [from, to] = [window.from, window.to].map((one) => (typeof one === "string" ? one.slice(0, 10) : null));
  if (from && to) return t("window.from-to", { from, to });
  return from ? t("window.from", { from }) : t("window.to", { to: to ?? "" });
}

export function lengthOf(iso: string, { t }: Words): string {
  const length = readLength(iso);
  return length ? t(`length.${length.unit}`, { count: length.count }) : iso;
}

function eventNames(event: string, words: Words, single = false): string {
  return words.word(single ? "kind" : "kinds", event);
}

function attributeName(name: string, words: Words): string {
  return words.word("attribute", name);
}
