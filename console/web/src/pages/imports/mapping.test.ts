import { describe, expect, it } from "vitest";
import type { ImportShown } from "../../api/clients";
import { faultsAt, formsOf, hasKey, isOpen, withMeaning, type Types } from "./mapping";

const types: Types = new Map([["birth_date", "date"], ["children", "integer"], ["city", "text"]]);
const column = (to: string, format: string | null = null) => ({ column: "Eintritt", to, format, source: null });
const shown = { formats: { Eintritt: ["DD/MM/YYYY", "MM/DD/YYYY"] } } as unknown as ImportShown;

describe("what columns mean", () => {
  it("offers only the forms that fit the column, and all of them where none does", () => {
    expect(formsOf("birth_date", types, ["DD/MM/YYYY"])).toEqual(["DD/MM/YYYY"]);
    expect(formsOf("children", types, ["DD/MM/YYYY"])).toEqual(["1234.5", "1234,5"]);
    expect(formsOf("city", types, ["DD/MM/YYYY"])).toEqual([]);
  });
  it("leaves a date open that two forms fit", () => {
    const ambiguous = withMeaning(column("ignore"), "birth_date", types, shown.formats.Eintritt!);
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
  it("puts what the API refuses at its column", () => {
    const faults = [{ where: "/columns/2", what: "a", cure: "b" }, { where: "/columns", what: "c", cure: "" }];
    expect([...faultsAt(faults)]).toEqual([[2, "a b"], [-1, "c"]]);
  });
});
