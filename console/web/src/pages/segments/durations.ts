/** Lengths of time as a number and a unit, and as the API writes them (ISO 8601). */

export const UNITS = ["minutes", "hours", "days", "weeks"] as const;
export type Unit = (typeof UNITS)[number];
export interface Length {
  count: number;
  unit: Unit;
}

const SECONDS: Record<Unit, number> = { minutes: 60, hours: 3_600, days: 86_400, weeks: 604_800 };
const FORM = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** In the largest unit that measures it evenly (weeks only when written so); null for what is no length of whole minutes. */
export function readLength(iso: string): Length | null {
  const found = FORM.exec(iso);
  if (!found || iso === "P" || iso.endsWith("T")) return null;
  const [weeks, days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0)) as [number, number, number, number, number];
  if (weeks && !days && !hours && !minutes && !seconds) return { count: weeks, unit: "weeks" };
  const total = weeks * SECONDS.weeks + days * SECONDS.days + hours * SECONDS.hours + minutes * SECONDS.minutes + seconds;
  const unit = (["days", "hours", "minutes"] as const).find((one) => total % SECONDS[one] === 0);
  return unit ? { count: total / SECONDS[unit], unit } : null;
}

export function writeLength({ count, unit }: Length): string {
  switch (unit) {
    case "weeks": return `P${count}W`;
    case "days": return `P${count}D`;
    case "hours": return `PT${count}H`;
    case "minutes": return `PT${count}M`;
  }
}
