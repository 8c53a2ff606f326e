/** A state as a coloured dot and its word: the colour says nothing that the word does not. */
import { useTexts } from "../app/texts";

const COLORS: Record<string, string> = {
  running: "green", live: "green", active: "green", granted: "green", handed_over: "green", completed: "green", ok: "green", done: "green", answered: "green", ready: "green", working: "blue", due_soon: "yellow", held: "yellow", undoing: "blue", undone: "gray", cancelled: "gray", published: "green",
  backfilling: "blue", changing: "blue", waiting: "blue", checking: "blue", checked: "yellow", uploaded: "gray", mapped: "gray", claimed: "blue", draft: "gray", finished: "gray", archived: "gray", discarded: "gray",
  paused: "yellow", lapsed: "yellow", unknown: "yellow", degraded: "yellow", open: "yellow", replaying: "blue", prospect: "blue", lead: "blue",
  stopped: "red", failed: "red", refused: "red", denied: "red", withdrawn: "red", blocked: "red", overdue: "red", away: "red",
  ordered: "green", abandoned: "yellow", empty: "gray", pending: "blue", reopened: "yellow", solved: "green", closed: "gray", lost: "gray", replayed: "green", rejected: "gray",
};

export function State({ value }: { value: string }) {
  const { word } = useTexts();
  return (
    <span style={{ whiteSpace: "nowrap" }}>
      <span className={`dot dot-${COLORS[value] ?? "gray"}`} aria-hidden="true" />{word("state", value)}
    </span>
  );
}
