/** The imports of the services that take files behind one face: their doors are alike. */
import { customers, read, type ConsentRule, type ImportColumn, type ImportShown, type ImportSummary } from "../../api/clients";
import type { Page } from "../../api/hooks";

export const KINDS = ["customers"] as const;
export type Kind = (typeof KINDS)[number];

export interface ImportDoors {
  /** Where a file is sent to, as bytes. */
  upload: string;
  scope: string;
  list: (after?: string) => Promise<Page<ImportSummary>>;
  get: (id: string) => Promise<ImportShown>;
  map: (id: string, columns: ImportColumn[], consents: ConsentRule[]) => Promise<ImportSummary>;
  dryRun: (id: string) => Promise<ImportSummary>;
  start: (id: string) => Promise<ImportSummary>;
  pause: (id: string) => Promise<ImportSummary>;
  resume: (id: string) => Promise<ImportSummary>;
  cancel: (id: string) => Promise<ImportSummary>;
  undo: (id: string) => Promise<ImportSummary>;
  errors: (id: string) => string;
}

function doors(client: typeof customers, service: string, scope: string): ImportDoors {
  const at = (id: string) => ({ params: { path: { import_id: id } } });
  return {
    upload: `/api/${service}/imports`,
    scope,
    list: (after) => read(client.GET("/imports", { params: { query: { limit: 50, ...(after ? { after } : {}) } } })),
    get: (id) => read(client.GET("/imports/{import_id}", at(id))),
    map: (id, columns, consents) => read(client.PUT("/imports/{import_id}/mapping", { ...at(id), body: { columns, consents } })),
    dryRun: (id) => read(client.POST("/imports/{import_id}/dry-run", at(id))),
    start: (id) => read(client.POST("/imports/{import_id}/start", at(id))),
    pause: (id) => read(client.POST("/imports/{import_id}/pause", at(id))),
    resume: (id) => read(client.POST("/imports/{import_id}/resume", at(id))),
    cancel: (id) => read(client.POST("/imports/{import_id}/cancel", at(id))),
    undo: (id) => read(client.POST("/imports/{import_id}/undo", at(id))),
    errors: (id) => `/api/${service}/imports/${id}/errors`,
  };
}

export const IMPORTS: Record<Kind, ImportDoors> = {
  customers: doors(customers, "customers", "customers:import"),
};

export function isKind(text: string | undefined): text is Kind {
  return KINDS.some((kind) => kind === text);
}

/** In these the worker is at it. */
export function isBusy(state: string): boolean {
  return state === "checking" || state === "running" || state === "undoing";
}

export const importQuery = (kind: Kind, id: string) => ({
  queryKey: ["imports", kind, id],
  queryFn: () => IMPORTS[kind].get(id),
});
