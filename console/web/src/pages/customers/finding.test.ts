import { describe, expect, it } from "vitest";
import { wantedBy } from "./finding";

describe("one search box", () => {
  it.each([
    ["  Ada Lo ", { name: "Ada Lo" }],
    ["ada@example", { email: "ada@example" }],
    ["198341DD-adea-8734-9afa-84c5fb40ecf4", { id: "198341dd-adea-8734-9afa-84c5fb40ecf4" }],
    ["shop:4711", { identifiers: [{ kind: "external_id", source: "shop", value: "4711" }] }],
    ["+44 20 7946", { identifiers: [{ kind: "card", value: "+44 20 7946" }, { kind: "phone", value: "+44 20 7946" }] }],
  ])("takes %j for what it looks like", (typed, wanted) => {
    expect(wantedBy(typed)).toEqual(wanted);
  });
});
