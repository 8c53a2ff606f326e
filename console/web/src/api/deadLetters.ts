/** Dead letters of the five services behind one face: their doors are alike, their types come from five documents. */
import { analytics, campaigns, customers, interactions, privacy, read, type DeadLetter, type DeadLetterBytes } from "./clients";
import type { Page } from "./hooks";

export const SERVICES = ["customers", "interactions", "analytics", "campaigns", "privacy"] as const;
export type Service = (typeof SERVICES)[number];
export type DeadLetterState = "open" | "replaying" | "replayed" | "discarded";

export interface DeadLetters {
  list: (state: DeadLetterState, after?: string, limit?: number) => Promise<Page<DeadLetter>>;
  get: (id: string) => Promise<DeadLetterBytes>;
  repair: (id: string, text: string, note: string) => Promise<unknown>;
  replay: (id: string, note: string) => Promise<unknown>;
  discard: (id: string, note: string) => Promise<unknown>;
}

// One of the clients stands for all: a test of the documents says that these doors are the same everywhere.
function doors(client: typeof customers): DeadLetters {
  const at = (id: string) => ({ path: { id } });
  return {
    list: (state, after, limit = 50) => read(client.GET("/dead-letters", { params: { query: { state, limit, ...(after ? { after } : {}) } } })),
    get: (id) => read(client.GET("/dead-letters/{id}", { params: at(id) })),
    repair: (id, text, note) => read(client.POST("/dead-letters/{id}/repair", { params: at(id), body: { text, note: note || null } })),
    replay: (id, note) => read(client.POST("/dead-letters/{id}/replay", { params: at(id), body: { note: note || null } })),
    discard: (id, note) => read(client.POST("/dead-letters/{id}/discard", { params: at(id), body: { note: note || null } })),
  };
}

export const deadLetters: Record<Service, DeadLetters> = {
  customers: doors(customers),
  interactions: doors(interactions as unknown as typeof customers),
  analytics: doors(analytics as unknown as typeof customers),
  campaigns: doors(campaigns as unknown as typeof customers),
  privacy: doors(privacy as unknown as typeof customers),
};
