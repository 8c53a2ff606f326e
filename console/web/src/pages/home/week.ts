/** Weeks that begin on Monday, months, and growth; days as the reader's calendar has them. */
export const OFFSETS = [1, 2, 3, 4, 5, 6];

/** The Monday of the week before the one that holds `now`. */
export function lastWeek(now: Date): string {
  return day(new Date(now.getFullYear(), now.getMonth(), now.getDate() - ((now.getDay() + 6) % 7) - 7));
}

/** The first day of the month so many months before. */
export function monthsBefore(now: Date, months: number): string {
  return day(new Date(now.getFullYear(), now.getMonth() - months, 1));
}

/** Growth as a share; null where there is nothing to grow from. */
export function change(now: number, before: number): number | null {
  return before > 0 ? (now - before) / before : null;
}

function day(date: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
