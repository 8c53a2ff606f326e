/** One rule as a line of fields that reads like its sentence. */
import { ActionIcon, Button, Group, JsonInput, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { CHANNELS } from "../customers/Consents";
import { useTexts } from "../../app/texts";
import { Icon } from "../../components/Icon";
import { NUMBER_OPS, opsOf, withOp } from "./comparisons";
import { Choice, Comparison, Duration, Window } from "./Fields";
import { kindOf, type Json, type Node } from "./tree";
import type { Knowledge } from "./useWords";

interface LeafProps {
  node: Node;
  set: (node: Node) => void;
  knowledge: Knowledge;
}

export function Leaf(props: LeafProps) {
  const { t, word } = useTexts();
  const { node, set, knowledge } = props;
  switch (kindOf(node)) {
    case "attr":
      return <AttributeLeaf {...props} />;
    case "count":
      return <CountLeaf {...props} />;
    case "moment":
      return "within" in node || "older_than" in node ? <MomentLeaf {...props} /> : <RawLeaf {...props} />;
    case "sequence":
      return <SequenceLeaf {...props} />;
    case "consent": {
      const consent = node.consent as Record<string, string>;
      return (
        <Group gap="xs">
          <Choice label={t("field.channel")} value={consent.channel ?? ""} w={140} data={CHANNELS.map((one) => ({ value: one, label: word("channel", one) }))} set={(channel) => set({ ...node, consent: { ...consent, channel } })} />
          <TextInput aria-label={t("consents.purpose")} size="sm" w={140} value={consent.purpose ?? ""} onChange={(event) => set({ ...node, consent: { ...consent, purpose: event.currentTarget.value } })} />
          <Choice label={t("builder.comparison")} value={String(node.is)} w={140} data={["granted", "denied", "unknown"].map((one) => ({ value: one, label: word("state", one) }))} set={(is) => set({ ...node, is })} />
        </Group>
      );
    }
    case "segment":
      return <Line text={t("builder.kind-segment")}><Choice label={t("segments.one")} value={String(node.segment)} w={260} data={knowledge.segments.map(([value, label]) => ({ value, label }))} set={(segment) => set({ segment })} /></Line>;
    case "list":
      return <Line text={t("builder.kind-list")}><Choice label={t("builder.kind-list")} value={String(node.list)} w={260} data={knowledge.lists.map(([value, label]) => ({ value, label }))} set={(list) => set({ list })} /></Line>;
    case "bucket": {
      const bucket = node.bucket as { salt: string; from: number; to: number };
      return <Line text={t("builder.share")}><NumberInput aria-label={t("builder.share")} size="sm" w={90} min={1} max={100} value={(bucket.to - bucket.from) / 100} onChange={(share) => set({ bucket: { ...bucket, to: bucket.from + Number(share) * 100 } })} /></Line>;
    }
    default:
      return <RawLeaf {...props} />;
  }
}

function Line({ text, children }: { text: string; children: React.ReactNode }) {
  return <Group gap="xs"><Text size="sm">{text}</Text>{children}</Group>;
}

function AttributeLeaf({ node, set, knowledge }: LeafProps) {
  const { t, word } = useTexts();
  const name = String(node.attr);
  const type = knowledge.typeOf(null, name);
  const { vocabulary } = knowledge;
  function choose(attr: string) {
    const next = knowledge.typeOf(null, attr);
    set(withOp({ attr }, opsOf(next, true)[0] ?? "exists", next));
  }
  return (
    <Group gap="xs">
      <Choice label={t("builder.attribute")} value={name} w={190} set={choose}
        data={Object.keys(vocabulary?.attributes ?? {}).toSorted().map((value) => ({ value, label: word("attribute", value) }))} />
      <Comparison node={node} set={set} type={type} ops={opsOf(type, true)} />
    </Group>
  );
}

const MEASURES = ["count", "sum", "avg", "min", "max", "distinct"] as const;

function CountLeaf({ node, set, knowledge }: LeafProps) {
  const { t, word } = useTexts();
  const event = String(node.event);
  const types = knowledge.vocabulary?.events[event] ?? {};
  const measure = String(node.agg ?? "count") as (typeof MEASURES)[number];
  const field = node.field === undefined ? undefined : String(node.field);
  const fitting = Object.keys(types).filter((name) => ["integer", "money"].includes(types[name]!) || (measure === "distinct" && types[name] === "string"));
  const type = field && measure !== "distinct" ? types[field] : "integer";
  function choose(agg: string) {
    const { field: _, ...rest } = node;
    const first = Object.keys(types).find((name) => (agg === "distinct" ? types[name] === "string" : ["money", "integer"].includes(types[name]!)));
    set(agg === "count" ? { ...rest, agg } : { ...rest, agg, field: first ?? "" });
  }
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <Choice label={t("builder.measure")} value={measure} w={170} set={choose} data={MEASURES.map((one) => ({ value: one, label: t(`segment.${one}`, { event: "…", field: "" }).replace(/\s+/g, " ") }))} />
        {field !== undefined && <Choice label={t("builder.property")} value={field} w={140} data={fitting.map((value) => ({ value, label: word("property", value) }))} set={(next) => set({ ...node, field: next })} />}
        <EventChoice event={event} knowledge={knowledge} set={(next) => set({ event: next, op: node.op ?? "gte", value: 1, ...(node.window ? { window: node.window } : {}) })} />
        <Comparison node={node} set={set} type={type} ops={NUMBER_OPS} />
      </Group>
      <Group gap="xs">
        <Window value={node.window as Node | undefined} set={(window) => set(without(node, "window", window))} />
        <Where node={node} set={set} types={types} />
      </Group>
    </Stack>
  );
}

function MomentLeaf({ node, set, knowledge }: LeafProps) {
  const { t } = useTexts();
  const event = String(node.event);
  const key = "within" in node ? "within" : "older_than";
  const which = `${String(node.agg)} ${key}`;
  const label = (agg: "first" | "last", age: "older" | "newer") => t(`segment.${agg}-${age}`, { event: "…", length: "…" });
  function choose(next: string) {
    const [agg = "last", age = "older_than"] = next.split(" ");
    const { within: _, older_than: __, ...rest } = node;
    set({ ...rest, agg, [age]: node[key]! });
  }
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <EventChoice event={event} knowledge={knowledge} set={(next) => set({ event: next, agg: node.agg!, [key]: node[key]! })} />
        <Choice label={t("builder.which")} value={which} w={260} set={choose} data={[
          { value: "last older_than", label: label("last", "older") }, { value: "last within", label: label("last", "newer") },
          { value: "first older_than", label: label("first", "older") }, { value: "first within", label: label("first", "newer") },
        ]} />
        <Duration value={String(node[key])} set={(length) => set({ ...node, [key]: length })} />
      </Group>
      <Where node={node} set={set} types={knowledge.vocabulary?.events[event] ?? {}} />
    </Stack>
  );
}

function SequenceLeaf({ node, set, knowledge }: LeafProps) {
  const { t } = useTexts();
  const sequence = node.sequence as Node;
  const follower = "without" in sequence ? "without" : "then";
  const put = (part: Node) => set({ sequence: { ...sequence, ...part } });
  const event = (key: string) => String((sequence[key] as Node).event);
  function turn(next: string) {
    const { [follower]: held, ...rest } = sequence;
    set({ sequence: { ...rest, [next]: held! } });
  }
  return (
    <Group gap="xs">
      <EventChoice event={event("first")} knowledge={knowledge} set={(next) => put({ first: { event: next } })} />
      <Choice label={t("builder.which")} value={follower} w={150} set={turn} data={[{ value: "then", label: t("builder.then") }, { value: "without", label: t("builder.without") }]} />
      <EventChoice event={event(follower)} knowledge={knowledge} set={(next) => put({ [follower]: { event: next } })} />
      <Text size="sm">{t("builder.within")}</Text>
      <Duration label={t("builder.within")} value={String(sequence.within)} set={(within) => put({ within })} />
      <Text size="sm">{t("builder.looking-back")}</Text>
      <Duration label={t("builder.looking-back")} value={String(sequence.last)} set={(last) => put({ last })} />
    </Group>
  );
}

function EventChoice({ event, knowledge, set }: { event: string; knowledge: Knowledge; set: (event: string) => void }) {
  const { t, word } = useTexts();
  return <Choice label={t("builder.event")} value={event} w={190} set={set} data={Object.keys(knowledge.vocabulary?.events ?? {}).map((value) => ({ value, label: word("kind", value) }))} />;
}

/** Narrows which events count; conditions that nest deeper than one "and" are shown as JSON. */
function Where({ node, set, types }: { node: Node; set: (node: Node) => void; types: Record<string, string> }) {
  const { t, word } = useTexts();
  const where = node.where as Node | undefined;
  const conditions: Node[] | null = !where ? [] : "prop" in where ? [where] : Array.isArray(where.all) && where.all.every((one) => "prop" in (one as Node)) ? (where.all as Node[]) : null;
  if (conditions === null) return <RawLeaf node={where!} set={(next) => set({ ...node, where: next })} />;
  function put(next: Node[]) {
    set(without(node, "where", next.length === 0 ? undefined : next.length === 1 ? next[0] : { all: next }));
  }
  function fresh(prop: string): Node {
    return withOp({ prop }, opsOf(types[prop], false)[0] ?? "eq", types[prop]);
  }
  const first = Object.keys(types)[0];
  return (
    <Group gap="xs">
      {conditions.map((condition, index) => {
        const prop = String(condition.prop);
        return (
          <Group gap="xs" key={index}>
            <Text size="sm">{t(index === 0 ? "builder.only" : "segment.and")}</Text>
            <Choice label={t("builder.property")} value={prop} w={140} data={Object.keys(types).map((value) => ({ value, label: word("property", value) }))} set={(next) => put(conditions.with(index, fresh(next)))} />
            <Comparison node={condition} set={(next) => put(conditions.with(index, next))} type={types[prop]} ops={opsOf(types[prop], false)} />
            <ActionIcon variant="subtle" color="gray" c="var(--mantine-color-text)" size="sm" aria-label={t("action.remove")} onClick={() => put(conditions.toSpliced(index, 1))}><Icon name="cross" size={14} /></ActionIcon>
          </Group>
        );
      })}
      {first && <Button variant="subtle" size="compact-sm" color="gray" c="var(--mantine-color-text)" onClick={() => put([...conditions, fresh(first)])}>{t("builder.add-where")}</Button>}
    </Group>
  );
}

function RawLeaf({ node, set }: { node: Node; set: (node: Node) => void }) {
  const { t } = useTexts();
  const [text, setText] = useState(JSON.stringify(node));
  function type(next: string) {
    setText(next);
    try {
      set(JSON.parse(next) as Node);
    } catch {
      // Half-typed: the last readable rule stands until this one can be read.
    }
  }
  return <JsonInput flex={1} description={t("builder.as-json")} aria-label={t("segments.json")} value={text} onChange={type} autosize minRows={2} classNames={{ input: "mono" }} />;
}

function without(node: Node, key: string, value: Json | undefined): Node {
  const { [key]: _, ...rest } = node;
  return value === undefined ? rest : { ...rest, [key]: value };
}
