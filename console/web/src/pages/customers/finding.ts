/** One search box: what was typed decides what is asked. */
import { customers, read, type CustomerSummary } from "../../api/clients";

export type Wanted =
  | { id: string }
  | { email: string }
  | { name: string }
  | { identifiers: { kind: "card" | "phone" | "external_id"; value: string; source?: string }[] };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NUMBER = /^\+?[\d\s()/.-]*\d[\d\s()/.-]*$/;
const SOURCED = /^([a-z0-9_-]+):(\S+)$/i;

export function wantedBy(typed: string): Wanted {
  const text = typed.trim();
  if (UUID.test(text)) return { id: text.toLowerCase() };
  if (text.includes("@")) return { email: text };
  const [, source, value] = SOURCED.exec(text) ?? [];
  if (source && value) return { identifiers: [{ kind: "external_id", source, value }] };
  if (NUMBER.test(text)) return { identifiers: [{ kind: "card", value: text }, { kind: "phone", value: text }] };
  return { name: text };
}

export async function find(typed: string): Promise<CustomerSummary[]> {
  const wanted = wantedBy(typed);
  if ("id" in wanted) {
    const found = await read(customers.GET("/customers/{customer_id}", { params: { path: { customer_id: wanted.id } } }));
    return [found];
  }
  const bodies = "identifiers" in wanted ? wanted.identifiers.map((identifier) => ({ identifier, limit: 50 })) : [{ ...wanted, limit: 50 }];
  const pages = await Promise.all(bodies.map((body) => read(customers.POST("/customers/search", { body: body as never }))));
  const found = new Map(pages.flatMap((page) => page.items).map((one) => [one.customer_id, one]));
  return [...found.values()];
}
