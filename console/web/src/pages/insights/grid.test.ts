import { describe, expect, it } from "vitest";
import { all, at, byGroup, darkness } from "./grid";

const cell = (recency: number, frequency: number, group: string, customers: number, money: number, clv: number | null = 10) => ({ recency, frequency, group, customers, money, clv });
const cells = [cell(5, 5, "champions", 3, 900), cell(5, 5, "loyal_customers", 2, 100), cell(1, 1, "lost", 7, 70)];

describe("recency by frequency", () => {
  it("puts together what is cut by group", () => {
    expect(at(cells, 5, 5)).toEqual({ customers: 5, money: 1000, clv: 20 });
    expect(at(cells, 2, 2)).toEqual({ customers: 0, money: 0, clv: 0 });
    expect(all(cells).customers).toBe(12);
  });
  it("says nothing of a future value that is not known for everybody", () => {
    expect(all([...cells, cell(3, 3, "others", 1, 5, null)]).clv).toBeNull();
  });
  it("names the largest group first", () => {
    expect(byGroup(cells).map((one) => one.group)).toEqual(["lost", "champions", "loyal_customers"]);
  });
  it("is darkest where most are", () => {
    expect(darkness(cells, 7, "customers")).toBe(1);
    expect(darkness(cells, 0, "customers")).toBe(0);
    expect(darkness([], null, "clv")).toBe(0);
  });
});
