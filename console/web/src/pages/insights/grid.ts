/** Recency by frequency: the API's cells, which are also cut by group, put together for a table of five by five. */
import type { RfmCell } from "../../api/clients";

export const SCORES = [5, 4, 3, 2, 1] as const;
export type Measure = "customers" | "money" | "clv";

export interface Sum {
  customers: number;
  money: number;
  /** Null when no future value was fitted yet. */
  clv: number | null;
}

const NOBODY: Sum = { customers: 0, money: 0, clv: 0 };

function together(cells: RfmCell[]): Sum {
  return cells.reduce<Sum>((sum, cell) => ({
    customers: sum.customers + cell.customers,
    money: sum.money + cell.money,
    clv: sum.clv === null || cell.clv === null ? null : sum.clv + cell.clv,
  }), NOBODY);
}

export function at(cells: RfmCell[], recency: number, frequency: number): Sum {
  return together(cells.filter((cell) => cell.recency === recency && cell.frequency === frequency));
}

export function all(cells: RfmCell[]): Sum {
  return together(cells);
}

/** The groups with their sums, the largest first. */
export function byGroup(cells: RfmCell[]): (Sum & { group: string })[] {
  const groups = [...new Set(cells.map((cell) => cell.group))];
  return groups.map((group) => ({ group, ...together(cells.filter((cell) => cell.group === group)) })).toSorted((a, b) => b.customers - a.customers);
}

/** How dark a cell is: its share of the largest one, 0 to 1. */
export function darkness(cells: RfmCell[], value: number | null, measure: Measure): number {
  const largest = Math.max(1, ...SCORES.flatMap((recency) => SCORES.map((frequency) => at(cells, recency, frequency)[measure] ?? 0)));
  return Math.max(0, (value ?? 0) / largest);
}
