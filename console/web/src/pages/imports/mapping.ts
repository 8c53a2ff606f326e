/** What columns mean, as the wizard holds it, and what is still open. */
import type { Attribute, ImportColumn } from "../../api/clients";
import type { Fault } from "../../api/problem";

export const IDENTIFIERS = ["email", "external_id", "card", "phone"] as const;
export const DATES = ["YYYY-MM-DD", "DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY"];
export const NUMBERS = ["1234.5", "1234,5"];

/** Said once for an order, in any of its rows. */
export const OF_THE_ORDER = ["order_id", "ordered_at", "currency", "channel", "store", "payment"] as const;
export const OF_THE_LINE = ["product_id", "quantity", "amount", "unit_price", "discount", "tax", "cost", "category", "department", "brand"] as const;

export type Types = ReadonlyMap<string, Attribute["type"]>;

export const ORDER_TYPES: Types = new Map([
  ["ordered_at", "date"], ["quantity", "number"], ["amount", "number"], ["unit_price", "number"], ["discount", "number"], ["tax", "number"], ["cost", "number"],
]);

/** The columns of a file and the forms that fit each as a whole. */
export interface Sheet {
  formats: Record<string, string[]>;
}

/** The forms that what is meant can have; those that fit the whole column when any does. */
export function formsOf(to: string, types: Types, fitting: string[] = []): string[] {
  const type = types.get(to);
  const all = type === "date" ? DATES : type === "integer" || type === "number" ? NUMBERS : [];
  const possible = all.filter((form) => fitting.includes(form));
  return possible.length > 0 ? possible : all;
}

/** The column with another meaning: a form that can be told is filled in, one that cannot is left open. */
export function withMeaning(column: ImportColumn, to: string, types: Types, fitting: string[]): ImportColumn {
  const forms = formsOf(to, types, fitting).filter((form) => fitting.includes(form));
  return { column: column.column, to, format: forms.length === 1 ? forms[0]! : null, source: to === "external_id" ? column.source ?? "import" : null };
}

/** Several forms fit the whole column, and nobody has said which it is. */
export function isOpen(column: ImportColumn, shown: Sheet, types: Types): boolean {
  const fitting = shown.formats[column.column] ?? [];
  return column.format === null && formsOf(column.to, types, fitting).filter((form) => fitting.includes(form)).length > 1;
}

/** Whom a row is about must be told by one of these. */
export function hasKey(columns: ImportColumn[]): boolean {
  return columns.some((column) => column.to === "email" || column.to === "card" || column.to === "external_id");
}

/** What a file must say besides, which this mapping does not yet. */
export function lacks(kind: "customers" | "orders", columns: ImportColumn[]): ("key" | "order" | "time" | "paid")[] {
  const meant = new Set(columns.map((column) => column.to));
  if (kind === "customers") return hasKey(columns) ? [] : ["key"];
  return [
    ...(hasKey(columns) ? [] : ["key" as const]),
    ...(meant.has("order_id") ? [] : ["order" as const]),
    ...(meant.has("ordered_at") ? [] : ["time" as const]),
    ...(meant.has("amount") || meant.has("unit_price") ? [] : ["paid" as const]),
  ];
}

/** The keys by which rows of two files can be known as one customer's; numbers elsewhere only of the same system. */
export function commonKeys(customers: ImportColumn[], orders: ImportColumn[]): ImportColumn[] {
  const keys = (columns: ImportColumn[]) => columns.filter((column) => hasKey([column]));
  return keys(orders).filter((one) => keys(customers).some((other) => other.to === one.to && (one.to !== "external_id" || other.source === one.source)));
}

/** The guess for orders, whose numbers elsewhere are those of the system that the file of customers names. */
export function withSystemOf(customers: ImportColumn[], orders: ImportColumn[]): ImportColumn[] {
  const system = customers.find((column) => column.to === "external_id")?.source;
  return system ? orders.map((column) => (column.to === "external_id" ? { ...column, source: system } : column)) : orders;
}

/** What kept columns meant, for those of this file that are called the same; the others stay as they are. */
export function fromKept(kept: ImportColumn[], columns: ImportColumn[]): ImportColumn[] {
  const known = new Map(kept.map((column) => [column.column, column]));
  return columns.map((column) => known.get(column.column) ?? column);
}

/** What the API found wrong with each column, by its place; -1 is the mapping as a whole. */
export function faultsAt(faults: Fault[]): Map<number, string> {
  return new Map(faults.map((fault) => [Number(/^\/columns\/(\d+)/.exec(fault.where)?.[1] ?? -1), [fault.what, fault.cure].filter(Boolean).join(" ")]));
}
