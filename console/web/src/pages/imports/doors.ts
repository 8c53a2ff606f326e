/** The imports of the services that take files behind one face: their doors are alike. */
import {
  customers, interactions, read, type ConsentRule, type CustomerImport, type CustomerImportSummary, type ImportColumn, type OrderImport, type OrderImportSummary, type OrderTerms,
} from "../../api/clients";
import type { Page } from "../../api/hooks";

export const KINDS = ["customers", "orders"] as const;
export type Kind = (typeof KINDS)[number];

export type ImportSummary = ({ kind: "customers" } & CustomerImportSummary) | ({ kind: "orders" } & OrderImportSummary);
export type OfCustomers = { kind: "customers" } & CustomerImport;
export type OfOrders = { kind: "orders" } & OrderImport;
export type ImportShown = OfCustomers | OfOrders;

/** What is said beside the meaning of columns: of consent for customers, of the whole file for orders. */
export interface Said {
  consents: ConsentRule[];
  terms: OrderTerms | null;
}

export type Act = "pause" | "resume" | "cancel" | "undo";

export interface ImportDoors {
  /** Where a file is sent to, as bytes. */
  upload: string;
  scope: string;
  list: (after?: string) => Promise<Page<ImportSummary>>;
  get: (id: string) => Promise<ImportShown>;
  map: (id: string, columns: ImportColumn[], said: Said) => Promise<unknown>;
  dryRun: (id: string) => Promise<unknown>;
  start: (id: string) => Promise<unknown>;
  /** What can be done on its way. Orders come by the thousand a second: there is nothing to pause. */
  acts: Partial<Record<Act, (id: string) => Promise<unknown>>>;
  errors: (id: string) => string;
}

const at = (id: string) => ({ params: { path: { import_id: id } } });
const page = (after?: string) => ({ params: { query: { limit: 50, ...(after ? { after } : {}) } } });

function kindOf<K extends Kind, T extends object>(kind: K, list: Page<T>): Page<{ kind: K } & T> {
  return { ...list, items: list.items.map((item) => ({ kind, ...item })) };
}

export const IMPORTS: Record<Kind, ImportDoors> = {
  customers: {
    upload: "/api/customers/imports",
    scope: "customers:import",
    list: async (after) => kindOf("customers", await read(customers.GET("/imports", page(after)))),
    get: async (id) => ({ kind: "customers", ...(await read(customers.GET("/imports/{import_id}", at(id)))) }),
    map: (id, columns, { consents }) => read(customers.PUT("/imports/{import_id}/mapping", { ...at(id), body: { columns, consents } })),
    dryRun: (id) => read(customers.POST("/imports/{import_id}/dry-run", at(id))),
    start: (id) => read(customers.POST("/imports/{import_id}/start", at(id))),
    acts: {
      pause: (id) => read(customers.POST("/imports/{import_id}/pause", at(id))),
      resume: (id) => read(customers.POST("/imports/{import_id}/resume", at(id))),
      cancel: (id) => read(customers.POST("/imports/{import_id}/cancel", at(id))),
      undo: (id) => read(customers.POST("/imports/{import_id}/undo", at(id))),
    },
    errors: (id) => `/api/customers/imports/${id}/errors`,
  },
  orders: {
    upload: "/api/interactions/imports",
    scope: "interactions:import",
    list: async (after) => kindOf("orders", await read(interactions.GET("/imports", page(after)))),
    get: async (id) => ({ kind: "orders", ...(await read(interactions.GET("/imports/{import_id}", at(id)))) }),
    map: (id, columns, { terms }) => read(interactions.PUT("/imports/{import_id}/mapping", { ...at(id), body: { columns, ...terms } as never })),
    dryRun: (id) => read(interactions.POST("/imports/{import_id}/dry-run", at(id))),
    start: (id) => read(interactions.POST("/imports/{import_id}/start", at(id))),
    acts: { undo: (id) => read(interactions.POST("/imports/{import_id}/undo", at(id))) },
    errors: (id) => `/api/interactions/imports/${id}/errors`,
  },
};

export function isKind(text: string | undefined): text is Kind {
  return KINDS.some((kind) => kind === text);
}

/** In these the worker is at it. */
export function isBusy(state: string): boolean {
  return state === "checking" || state === "running" || state === "undoing";
}

/** How many are taken, or would be. */
export function takenOf(shown: ImportSummary): number {
  return shown.kind === "customers" ? shown.counts.new + shown.counts.changed : shown.counts.new;
}

/** Something of it lies in the product, and can be taken back. */
export function isUndoable(shown: ImportSummary): boolean {
  return shown.kind === "customers" ? shown.undoable && shown.state !== "undone" : (shown.state === "done" || shown.state === "failed") && shown.started_at !== null;
}

export const importQuery = (kind: Kind, id: string) => ({
  queryKey: ["imports", kind, id],
  queryFn: () => IMPORTS[kind].get(id),
});
