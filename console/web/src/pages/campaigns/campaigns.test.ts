import { describe, expect, it } from "vitest";
import type { Report } from "../../api/clients";
import { accountOf, addsUp, sorted } from "./accounting";
import { blankCondition, blankDraft, isComplete, withKind } from "./draft";

const report = {
  audience: 10, handed_over: 4, refused: { holdout: 2, "no-consent": 1 }, failed: { bounced: 1 }, unknown: 1, waiting: { "quiet-hours": 1 }, adds_up: true,
} as unknown as Report;

describe("the audience's account", () => {
  it("puts everybody somewhere", () => {
    expect(accountOf(report)).toEqual({ sent: 4, refused: 3, failed: 1, unknown: 1, waiting: 1 });
    expect(addsUp(report)).toBe(true);
  });

  it("says so when somebody is missing, whatever the report says of itself", () => {
    expect(addsUp({ ...report, audience: 11 })).toBe(false);
    expect(addsUp({ ...report, adds_up: false })).toBe(false);
  });

  it("shows the largest reason first", () => {
    expect(sorted({ a: 1, b: 3 })).toEqual([["b", 3], ["a", 1]]);
  });
});

describe("a campaign's draft", () => {
  it("keeps the segment from one kind of trigger to another", () => {
    expect(withKind({ kind: "segment_entered", segment_id: "s" }, "one_off")).toEqual({ kind: "one_off", segment_id: "s" });
  });

  it("wants a name, a letter and a segment before it can be saved", () => {
    const draft = blankDraft("s");
    expect(isComplete(draft)).toBe(false);
    expect(isComplete({ ...draft, name: "N", content: { ...draft.content, subject: "S" } })).toBe(true);
    expect(isComplete({ ...blankDraft(), name: "N", content: { ...draft.content, subject: "S" } })).toBe(false);
  });

  it("begins a condition with a comparison that its field allows", () => {
    expect(blankCondition("purchase")).toEqual({ field: "amount", op: "at_least", value: 0 });
    expect(blankCondition("purchase", "categories")).toEqual({ field: "categories", op: "has", value: "" });
  });
});
