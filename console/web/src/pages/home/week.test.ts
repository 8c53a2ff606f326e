import { expect, test } from "vitest";
import { change, lastWeek, monthsBefore } from "./week";

test("last week begins on a Monday, also when today is a Sunday or the year turns", () => {
  expect(lastWeek(new Date(2026, 10, 23, 8))).toBe("2026-11-16");
  expect(lastWeek(new Date(2026, 10, 29, 23))).toBe("2026-11-16");
  expect(lastWeek(new Date(2026, 0, 5))).toBe("2025-12-29");
});

test("months before cross a year", () => {
  expect(monthsBefore(new Date(2026, 1, 28), 7)).toBe("2025-07-01");
});

test("nothing grows from nothing", () => {
  expect(change(5, 0)).toBeNull();
  expect(change(5, 4)).toBe(0.25);
});
