import { describe, expect, it } from "vitest";
import type { SubjectRequest } from "../../api/clients";
import { daysLeft, nextStep, shownState, timesAsked } from "./deadline";

const NOW = Date.parse("2026-05-04T12:00:00Z");
const request = { kind: "access", state: "waiting", overdue: false, due_soon: false, steps: [{ what: "received" }] } as unknown as SubjectRequest;

describe("a request's deadline", () => {
  it("counts whole days, and those that have passed", () => {
    expect(daysLeft("2026-06-03T12:00:00Z", NOW)).toBe(30);
    expect(daysLeft("2026-05-04T13:00:00Z", NOW)).toBe(0);
    expect(daysLeft("2026-05-04T11:00:00Z", NOW)).toBe(-1);
    expect(daysLeft("2026-05-02T11:00:00Z", NOW)).toBe(-3);
  });

  it("comes before the state", () => {
    expect(shownState(request)).toBe("waiting");
    expect(shownState({ ...request, due_soon: true })).toBe("due_soon");
    expect(shownState({ ...request, overdue: true, due_soon: true })).toBe("overdue");
  });

  it("leaves the officer in no doubt what is next", () => {
    expect(nextStep(request)).toBe("check");
    expect(nextStep({ ...request, state: "working" })).toBe("machine");
    expect(nextStep({ ...request, state: "working", kind: "rectification" })).toBe("correct");
    expect(nextStep({ ...request, state: "ready" })).toBe("hand-out");
    expect(nextStep({ ...request, state: "refused" })).toBe("none");
  });

  it("tells how often the person has asked", () => {
    const steps = ["received", "asked-again", "identity-checked", "asked-again"].map((what) => ({ what }));
    expect(timesAsked({ ...request, steps } as unknown as SubjectRequest)).toBe(3);
  });
});
