/** A refusal in the API's own words (RFC 9457), or the lack of an answer. */

export interface Fault {
  where: string;
  what: string;
  cure: string;
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly slug: string,
    readonly title: string,
    readonly detail: string,
    readonly cure: string | null,
    readonly faults: Fault[],
    /** What else the refusal says, by name. */
    readonly more: Record<string, unknown> = {},
  ) {
    super(detail);
  }
}

/** Whatever came back, as a Problem; a body that is no problem+json is not shown to anybody. */
export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  if (typeof body === "object" && body !== null && "detail" in body) {
    const { type, title, detail, cure, errors } = body as Record<string, unknown>;
    return new Problem(
      response.status,
      String(type ?? "").split("/").pop() ?? "",
      String(title ?? response.status),
      String(detail),
      typeof cure === "string" && cure !== "" ? cure : null,
      Array.isArray(errors) ? (errors as Fault[]) : [],
      body as Record<string, unknown>,
    );
  }
  return new Problem(response.status, "", `HTTP ${response.status}`, response.statusText, null, []);
}

/** A failed request as a Problem: status 0 when nothing answered. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, "no-answer", "", error instanceof Error ? error.message : String(error), null, []);
}
