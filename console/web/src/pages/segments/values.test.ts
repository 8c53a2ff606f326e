import { describe, expect, it } from "vitest";
import { opsOf, shapeOf, withOp } from "./comparisons";
import { readLength, writeLength } from "./durations";

describe("lengths of time", () => {
  it.each(["P30D", "PT12H", "P2W", "PT45M"])("%s is written as it was read", (iso) => {
    expect(writeLength(readLength(iso)!)).toBe(iso);
  });

  it.each([["PT24H", { count: 1, unit: "days" }], ["P1DT12H", { count: 36, unit: "hours" }], ["PT3600S", { count: 1, unit: "hours" }]] as const)("%s is read in the largest even unit", (iso, length) => {
    expect(readLength(iso)).toEqual(length);
  });

  it.each(["", "P", "PT", "30 days", "P1Y", "PT5S"])("%j is no length that the form can show", (iso) => {
    expect(readLength(iso)).toBeNull();
  });
});

describe("comparisons", () => {
  it("keep their value while the same field asks for it", () => {
    expect(withOp({ attr: "n", op: "gte", value: 7 }, "lt", "integer")).toEqual({ attr: "n", op: "lt", value: 7 });
  });

  it("drop a value that means nothing any more, and begin a new one", () => {
    expect(withOp({ attr: "n", op: "gte", value: 7 }, "exists", "integer")).toEqual({ attr: "n", op: "exists" });
    expect(withOp({ attr: "n", op: "gte", value: 7 }, "between", "integer")).toEqual({ attr: "n", op: "between", value: [1, 1] });
    expect(withOp({ attr: "c", op: "eq", value: "x" }, "in", "string")).toEqual({ attr: "c", op: "in", value: [] });
  });

  it.each(["string", "integer", "number", "money", "boolean", "date", "datetime", "strings"])("of %s each have a field", (type) => {
    for (const op of opsOf(type, true)) expect(shapeOf(op, type)).toBeTruthy();
  });
});
