/** Which comparisons a type allows, and how a value changes shape between them. */
import type { Json, Node } from "./tree";

const PRESENCE = ["exists", "missing"];
const ORDER = ["gte", "lte", "gt", "lt", "eq", "ne", "between"];

export const NUMBER_OPS = ORDER;

export function opsOf(type: string | undefined, attribute: boolean): string[] {
  switch (type) {
    case "integer":
    case "number":
    case "money":
      return [...ORDER, "in", "nin", ...PRESENCE];
    case "boolean":
      return ["eq", "ne", ...PRESENCE];
    case "strings":
      return ["has_any", "has_all", ...PRESENCE];
    case "date":
    case "datetime":
      return [...(attribute ? ["age_lt", "age_gte", "years_gte", "years_lt", "anniversary"] : []), "before", "after", "eq", "between", ...PRESENCE];
    default:
      return ["eq", "ne", "in", "nin", "contains", "startswith", ...PRESENCE];
  }
}

export type Shape = "none" | "many" | "pair" | "length" | "years" | "around" | "flag" | "number" | "money" | "day" | "text";

/** What kind of field asks for the value of `op`. */
export function shapeOf(op: string, type: string | undefined): Shape {
  if (PRESENCE.includes(op)) return "none";
  if (["in", "nin", "has_any", "has_all"].includes(op)) return "many";
  if (op === "between") return "pair";
  if (op === "age_lt" || op === "age_gte") return "length";
  if (op === "years_lt" || op === "years_gte") return "years";
  if (op === "anniversary") return "around";
  return single(type);
}

export function single(type: string | undefined): Shape {
  if (type === "boolean") return "flag";
  if (type === "money") return "money";
  if (type === "integer" || type === "number") return "number";
  return type === "date" || type === "datetime" ? "day" : "text";
}

const FIRST: Record<Shape, Json> = {
  none: null, many: [], pair: [], length: "P30D", years: 18, around: { before: "P7D" }, flag: true, number: 1, money: 1000, day: "", text: "",
};

/** The node with another comparison; its value is kept while the field that asks for it stays the same. */
export function withOp(node: Node, op: string, type: string | undefined): Node {
  const { value, op: former, ...rest } = node;
  const shape = shapeOf(op, type);
  if (shape === "none") return { ...rest, op };
  if (value !== undefined && shapeOf(String(former), type) === shape) return { ...rest, op, value };
  const one = FIRST[single(type)];
  return { ...rest, op, value: shape === "pair" ? [one, one] : FIRST[shape] };
}
