/** What data subjects may ask for, how much time a request has left, and what is to be done about it next. */
import type { RequestKind, SubjectRequest } from "../../api/clients";

export const KINDS: RequestKind[] = ["access", "portability", "rectification", "erasure", "restriction", "objection", "profiling"];

const DAY = 86_400_000;

/** Whole days until the deadline: 0 on its last day, negative when it has passed. */
export function daysLeft(dueAt: string, now: number): number {
  const left = (Date.parse(dueAt) - now) / DAY;
  return left >= 0 ? Math.floor(left) : -Math.ceil(-left);
}

/** The state as it is shown: a deadline that is near or past says more than where the request stands. */
export function shownState(request: SubjectRequest): string {
  return request.overdue ? "overdue" : request.due_soon ? "due_soon" : request.state;
}

/** What the officer does next, or that the services are at work. */
export function nextStep(request: SubjectRequest): "check" | "correct" | "machine" | "hand-out" | "none" {
  if (request.state === "waiting") return "check";
  if (request.state === "working") return request.kind === "rectification" ? "correct" : "machine";
  return request.state === "ready" ? "hand-out" : "none";
}

/** How often the person has asked for the same while it was open. */
export function timesAsked(request: SubjectRequest): number {
  return 1 + request.steps.filter((step) => step.what === "asked-again").length;
}
