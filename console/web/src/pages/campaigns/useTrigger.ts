/** A trigger in words. */
import { useTexts } from "../../app/texts";
import { useWords } from "../segments/useWords";
import type { Condition, Trigger } from "./draft";

export function useTriggerWords(): (trigger: Trigger) => string {
  const { t, word, money } = useTexts();
  const { names } = useWords();
  return (trigger) => {
    const kind = word("trigger", trigger.kind);
    if (trigger.kind !== "event") return `${kind}: ${names.get(trigger.segment_id) ?? "…"}`;
    const conditions = (trigger.where ?? []) as Condition[];
    const said = conditions.map((one) => `${word("property", one.field)} ${t(`condition.${one.op}`)} ${one.field === "amount" ? money(Number(one.value)) : String(one.value)}`);
    return [word("kind", trigger.event), ...said].join(", ");
  };
}
