import { describe, expect, it } from "vitest";
import { commonKeys, faultsAt, formsOf, fromKept, hasKey, isOpen, lacks, ORDER_TYPES, withMeaning, withSystemOf, type Types } from "./mapping";

const types: Types = new Map([["birth_date", "date"], ["children", "integer"], ["city", "text"]]);
const column = (to: string, format: string | null = null) => ({ column: "Eintritt", to, format, source: null });
const shown = { formats: { Eintritt: ["DD/MM/YYYY", "MM/DD/YYYY"] } };

describe("what columns mean", () => {
  it("offers only the forms that fit the column, and all of them where none does", () => {
    expect(formsOf("birth_date", types, ["DD/MM/YYYY"])).toEqual(["DD/MM/YYYY"]);
    expect(formsOf("children", types, ["DD/MM/YYYY"])).toEqual(["1234.5", "1234,5"]);
    expect(formsOf("city", types, ["DD/MM/YYYY"])).toEqual([]);
  });
  it("leaves a date open that two forms fit", () => {
    const ambiguous = withMeaning(column("ignore"), "birth_date", types, shown.formats.Eintritt);
    expect(ambiguous.format).toBeNull();
    expect(isOpen(ambiguous, shown, types)).toBe(true);
    expect(isOpen({ ...ambiguous, format: "DD/MM/YYYY" }, shown, types)).toBe(false);
    expect(isOpen(column("city"), shown, types)).toBe(false);
  });
  it("fills in the one form that fits, and asks a number elsewhere for its system", () => {
    expect(withMeaning(column("ignore"), "birth_date", types, ["DD.MM.YYYY"]).format).toBe("DD.MM.YYYY");
    expect(withMeaning(column("ignore"), "external_id", types, []).source).toBe("import");
  });
  it("knows a row by its e-mail, card or number, not by its phone", () => {
    expect(hasKey([column("phone"), column("city")])).toBe(false);
    expect(hasKey([column("phone"), column("card")])).toBe(true);
  });
  it("asks a file of orders for number, day and money too", () => {
    expect(lacks("customers", [column("city")])).toEqual(["key"]);
    expect(lacks("orders", [column("email"), column("order_id")])).toEqual(["time", "paid"]);
    expect(lacks("orders", ["card", "order_id", "ordered_at", "unit_price"].map((to) => column(to)))).toEqual([]);
    expect(formsOf("amount", ORDER_TYPES, ["1234,5"])).toEqual(["1234,5"]);
  });
  it("joins two files by what both say of customers", () => {
    const number = (source: string) => ({ ...column("external_id"), source });
    expect(commonKeys([column("email"), number("erp")], [number("erp"), column("card")])).toEqual([number("erp")]);
    expect(commonKeys([number("erp")], [number("import")])).toEqual([]);
    expect(withSystemOf([number("erp")], [number("import"), column("email")])).toEqual([number("erp"), column("email")]);
    expect(withSystemOf([column("email")], [number("import")])).toEqual([number("import")]);
  });
  it("takes what was kept for columns of the same name, and leaves the others", () => {
    const kept = [{ ...column("birth_date", "DD.MM.YYYY") }, { ...column("city"), column: "Gone" }];
    const other = { ...column("email"), column: "E-Mail" };
    expect(fromKept(kept, [other, column("ignore")])).toEqual([other, kept[0]]);
  });
  it("puts what the API refuses at its column", () => {
    const faults = [{ where: "/columns/2", what: "a", cure: "b" }, { where: "/columns", what: "c", cure: "" }];
    expect([...faultsAt(faults)]).toEqual([[2, "a b"], [-1, "c"]]);
  });
});
