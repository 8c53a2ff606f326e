/** The report's audience as parts that add up, each with its reasons. */
import type { Report } from "../../api/clients";

export interface Account {
  sent: number;
  refused: number;
  failed: number;
  unknown: number;
  waiting: number;
}

export function accountOf(report: Report): Account {
  return {
    sent: report.handed_over,
    refused: total(report.refused),
    failed: total(report.failed),
    unknown: report.unknown,
    waiting: total(report.waiting),
  };
}

/** Said of the figures that are shown, whatever the report says of its own. */
export function addsUp(report: Report): boolean {
  const account = accountOf(report);
  return report.adds_up && report.audience === Object.values(account).reduce((sum, part) => sum + part, 0);
}

export function total(parts: Record<string, number>): number {
  return Object.values(parts).reduce((sum, part) => sum + part, 0);
}

/** Reasons by size, the largest first. */
export function sorted(parts: Record<string, number>): [string, number][] {
  return Object.entries(parts).toSorted(([, a], [, b]) => b - a);
}
