import { describe, expect, it } from "vitest";
import { addTo, blank, kindOf, negateAt, nodeAt, pathOf, removeAt, replaceAt, type Node } from "./tree";

const bought: Node = { event: "purchase", op: "gte", value: 1 };
const local: Node = { attr: "city", op: "eq", value: "Leeds" };
const root: Node = { all: [bought, { any: [local, { not: bought }] }] };

describe("the segment's tree", () => {
  it("changes one rule and leaves all others as they were", () => {
    const changed = replaceAt(root, ["all", 1, "any", 0], { list: "x" });
    expect(nodeAt(changed, ["all", 1, "any", 0])).toEqual({ list: "x" });
    expect(nodeAt(changed, ["all", 0])).toBe(bought);
    expect(nodeAt(root, ["all", 1, "any", 0])).toBe(local);
  });

  it("changes the rule inside of a not", () => {
    expect(replaceAt(root, ["all", 1, "any", 1, "not"], local)).toEqual({ all: [bought, { any: [local, { not: local }] }] });
  });

  it("takes an emptied branch away with its last rule", () => {
    const once = removeAt(root, ["all", 1, "any", 1, "not"])!;
    expect(once).toEqual({ all: [bought, { any: [local] }] });
    expect(removeAt(once, ["all", 1, "any", 0])).toEqual({ all: [bought] });
    expect(removeAt({ all: [bought] }, ["all", 0])).toBeNull();
  });

  it("makes a branch of two when a rule is added to a rule", () => {
    expect(addTo(bought, [], local)).toEqual({ all: [bought, local] });
    expect(addTo(root, ["all", 1], bought)).toEqual({ all: [bought, { any: [local, { not: bought }, bought] }] });
  });

  it("is as before when turned into its opposite twice", () => {
    const path = ["all", 0];
    expect(negateAt(negateAt(root, path), path)).toEqual(root);
  });

  it("finds the rule that a refusal points at, however deep into it the pointer goes", () => {
    expect(pathOf("/definition/all/1/any/0/value")).toEqual(["all", 1, "any", 0]);
    expect(pathOf("/definition/all/1/any/1/not/window/last")).toEqual(["all", 1, "any", 1, "not"]);
    expect(pathOf("/definition/where/all/0/prop")).toEqual([]);
    expect(pathOf("query:limit")).toEqual([]);
  });

  it("tells every rule that it begins with from the others", () => {
    const kinds = ["all", "any", "attr", "count", "moment", "sequence", "consent", "list", "segment", "bucket"] as const;
    expect(kinds.map((kind) => kindOf(blank(kind)))).toEqual(kinds);
  });
});
