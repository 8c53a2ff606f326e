/** A campaign's definition as the form holds it: what the API reads, with its forms of trigger side by side. */
import type { Campaign, CampaignDraft } from "../../api/clients";
import type { Language } from "../../app/texts";
import { letterTemplate, type CampaignTemplate } from "../../templates/templates";

export type Trigger = CampaignDraft["trigger"];
export type TriggerKind = Trigger["kind"];
export interface Condition {
  field: string;
  op: "is" | "in" | "at_least" | "at_most" | "has";
  value: string | number | string[];
}
export type EventName = "purchase" | "return" | "contact" | "response";

export const TRIGGERS = ["segment_entered", "segment_left", "event", "one_off"] as const satisfies TriggerKind[];
export const AGAIN = ["once", "again_after", "always"] as const;

/** What may be asked of each event; another field is refused by the API in words. */
const BASKET = { amount: "number", store: "text", channel: "text", currency: "text", categories: "list", products: "list", brands: "list", departments: "list" } as const;
export const EVENT_FIELDS: Record<EventName, Record<string, "number" | "text" | "list">> = {
  purchase: { ...BASKET, payment: "text" },
  return: BASKET,
  contact: { channel: "text", direction: "text", topic: "text", outcome: "text", duration_s: "number" },
  response: { kind: "text", channel: "text", link: "text" },
};
export const CONDITION_OPS = { number: ["at_least", "at_most"], text: ["is", "in"], list: ["has"] } as const;

export function blankDraft(segment?: string): CampaignDraft {
  return {
    name: "",
    purpose: "marketing",
    trigger: { kind: "segment_entered", segment_id: segment ?? "" },
    content: {
      subject: "",
      text: "Hello {{ customer.given_name | default: 'there' }},\n\n\n\nNo more of these: {{ unsubscribe_url }}\n",
      html: null,
    },
    channel: "email",
    re_entry: { kind: "once" },
    holdout_percent: 0,
    expires_after: "P3D",
    priority: 5,
  } as CampaignDraft;
}

/** A draft from the gallery: a campaign with its letter, or a letter alone. */
export function filledDraft({ campaign, letter, language, pair, segment }: {
  campaign?: CampaignTemplate;
  letter: string | undefined;
  language: Language;
  pair: (pair: readonly string[]) => string;
  segment: string | undefined;
}): CampaignDraft {
  const blank = blankDraft(segment);
  const content = letterTemplate(campaign?.letter ?? letter)?.content[language] ?? blank.content;
  if (!campaign) return { ...blank, content };
  const { trigger, ...draft } = campaign.draft;
  const triggered = trigger.kind === "event" ? trigger : { ...trigger, segment_id: segment ?? "" };
  return { ...blank, ...draft, name: pair(campaign.name), trigger: triggered, content } as CampaignDraft;
}

/** The stored definition is what the API answered to a draft: the same fields, all of them set. */
export function draftOf(campaign: Campaign): CampaignDraft {
  return structuredClone(campaign.definition) as unknown as CampaignDraft;
}

export function segmentOf(trigger: Trigger): string | null {
  return "segment_id" in trigger ? trigger.segment_id : null;
}

/** The trigger in its other form; a segment that was chosen stays chosen. */
export function withKind(trigger: Trigger, kind: TriggerKind): Trigger {
  if (kind === "event") return { kind, event: "purchase", where: [] } as Trigger;
  return { kind, segment_id: segmentOf(trigger) ?? "" } as Trigger;
}

export function blankCondition(event: EventName, field?: string): Condition {
  const chosen = field ?? Object.keys(EVENT_FIELDS[event])[0]!;
  const type = EVENT_FIELDS[event][chosen] ?? "text";
  const op = CONDITION_OPS[type][0];
  return { field: chosen, op, value: type === "number" ? 0 : "" };
}

export function isComplete(draft: CampaignDraft): boolean {
  const triggered = segmentOf(draft.trigger) !== "";
  return draft.name.trim() !== "" && draft.content.subject.trim() !== "" && draft.content.text.trim() !== "" && triggered;
}
