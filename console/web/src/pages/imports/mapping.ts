/** What columns mean, as the wizard holds it, and what is still open. */
import type { Attribute, ImportColumn, ImportShown } from "../../api/clients";
import type { Fault } from "../../api/problem";

export const IDENTIFIERS = ["email", "external_id", "card", "phone"] as const;
export const DATES = ["YYYY-MM-DD", "DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY"];
export const NUMBERS = ["1234.5", "1234,5"];

export type Types = ReadonlyMap<string, Attribute["type"]>;

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
export function isOpen(column: ImportColumn, shown: ImportShown, types: Types): boolean {
  const fitting = shown.formats[column.column] ?? [];
  return column.format === null && formsOf(column.to, types, fitting).filter((form) => fitting.includes(form)).length > 1;
}

/** Whom a row is about must be told by one of these. */
export function hasKey(columns: ImportColumn[]): boolean {
  return columns.some((column) => column.to === "email" || column.to === "card" || column.to === "external_id");
}

/** What the API found wrong with each column, by its place; -1 is the mapping as a whole. */
export function faultsAt(faults: Fault[]): Map<number, string> {
  return new Map(faults.map((fault) => [Number(/^\/columns\/(\d+)/.exec(fault.where)?.[1] ?? -1), [fault.what, fault.cure].filter(Boolean).join(" ")]));
}
