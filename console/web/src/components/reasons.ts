/** Why a message was not sent, or what it waits for. */
import type { Speech } from "../app/texts";

interface Judged {
  state: string;
  reason: string | null;
  deferred_for: string | null;
}

export function reasonOf(message: Judged, word: Speech["word"]): string {
  const reason = message.reason ?? (message.state === "waiting" ? message.deferred_for ?? "due" : null);
  return reason ? word("reason", reason) : "";
}
