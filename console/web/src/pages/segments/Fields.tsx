/** The small fields that rules are made of: a comparison, a length of time, a window. */
import { Group, NumberInput, Select, TagsInput, TextInput } from "@mantine/core";
import { useTexts } from "../../app/texts";
import { shapeOf, single, withOp, type Shape } from "./comparisons";
import { readLength, UNITS, writeLength, type Unit } from "./durations";
import type { Json, Node } from "./tree";

/** A list of choices draws so many; the others are found by typing. */
export const CHOICES = 100;

/** A choice between words; long lists can be typed into. */
export function Choice({ label, value, data, set, w = 170 }: { label: string; value: string; data: { value: string; label: string }[]; set: (value: string) => void; w?: number }) {
  const known = data.some((one) => one.value === value) || value === "" ? data : [...data, { value, label: value }];
  return <Select aria-label={label} placeholder={label} size="sm" w={w} value={value || null} data={known} allowDeselect={false} searchable={data.length > 8} limit={CHOICES} onChange={(next) => next && set(next)} />;
}

export function Comparison({ node, set, type, ops }: { node: Node; set: (node: Node) => void; type: string | undefined; ops: string[] }) {
  const { t } = useTexts();
  const op = String(node.op ?? "");
  const blank = { value: "…" };
  return (
    <Group gap="xs">
      <Choice label={t("builder.comparison")} value={op} w={180} set={(next) => set(withOp(node, next, type))}
        data={ops.map((one) => ({ value: one, label: t(`op.${one}` as never, blank) }))} />
      <Value shape={shapeOf(op, type)} type={type} value={node.value ?? null} set={(value) => set({ ...node, value })} />
    </Group>
  );
}

function Value({ shape, type, value, set }: { shape: Shape; type: string | undefined; value: Json; set: (value: Json) => void }) {
  const { t, word } = useTexts();
  switch (shape) {
    case "none":
      return null;
    case "many":
      return <TagsInput aria-label={t("builder.values")} size="sm" miw={200} value={(value as Json[]).map(String)} splitChars={[",", ";"]} acceptValueOnBlur
        onChange={(next) => set(single(type) === "number" || single(type) === "money" ? next.map(Number).filter((one) => !Number.isNaN(one)) : next)} />;
    case "pair": {
      const [from = null, to = null] = value as Json[];
      return (
        <Group gap="xs">
          <Value shape={single(type)} type={type} value={from} set={(next) => set([next, to])} />
          <Value shape={single(type)} type={type} value={to} set={(next) => set([from, next])} />
        </Group>
      );
    }
    case "length":
      return <Duration value={String(value)} set={set} />;
    case "around":
      return <Group gap="xs">{Object.entries(value as Node).map(([side, length]) => (
        <Group gap="xs" key={side}>{word("side", side)} <Duration value={String(length)} set={(next) => set({ ...(value as Node), [side]: next })} /></Group>
      ))}</Group>;
    case "flag":
      return <Choice label={t("builder.value")} value={String(value)} w={90} data={[{ value: "true", label: t("word.yes") }, { value: "false", label: t("word.no") }]} set={(next) => set(next === "true")} />;
    case "money":
      return <NumberInput aria-label={t("builder.value")} size="sm" w={120} decimalScale={2} fixedDecimalScale value={Number(value) / 100} onChange={(next) => set(Math.round(Number(next) * 100))} />;
    case "number":
    case "years":
      return <NumberInput aria-label={t("builder.value")} size="sm" w={100} allowDecimal={type === "number"} value={Number(value)} onChange={(next) => set(Number(next))} />;
    case "day":
      return <TextInput aria-label={t("builder.value")} size="sm" type="date" value={String(value ?? "").slice(0, 10)}
        onChange={(event) => set(type === "datetime" ? `${event.currentTarget.value}T00:00:00Z` : event.currentTarget.value)} />;
    case "text":
      return <TextInput aria-label={t("builder.value")} size="sm" w={150} value={String(value ?? "")} onChange={(event) => set(event.currentTarget.value)} />;
  }
}

export function Duration({ value, set, label }: { value: string; set: (iso: string) => void; label?: string }) {
  const { t } = useTexts();
  const length = readLength(value);
  if (!length) return <TextInput aria-label={label ?? t("builder.length")} size="sm" w={110} value={value} onChange={(event) => set(event.currentTarget.value)} />;
  return (
    <Group gap={4} wrap="nowrap">
      <NumberInput aria-label={label ?? t("builder.length")} size="sm" w={72} min={0} allowDecimal={false} value={length.count} onChange={(count) => set(writeLength({ ...length, count: Number(count) }))} />
      <Choice label={t("builder.unit")} value={length.unit} w={110} data={UNITS.map((unit) => ({ value: unit, label: t(`unit.${unit}`) }))} set={(unit) => set(writeLength({ ...length, unit: unit as Unit }))} />
    </Group>
  );
}

const WINDOWS = ["last", "between_ago", "calendar", "fixed", "ever"] as const;
const FIRST_WINDOWS: Record<(typeof WINDOWS)[number], Json | undefined> = {
  last: { last: "P30D" }, between_ago: { between_ago: ["P30D", "P90D"] }, calendar: { calendar: { unit: "month", which: "this" } },
  fixed: { from: `${new Date().getUTCFullYear()}-01-01T00:00:00Z` }, ever: undefined,
};

export function Window({ value, set }: { value: Node | undefined; set: (value: Json | undefined) => void }) {
  const { t } = useTexts();
  const kind = !value || value.ever ? "ever" : WINDOWS.find((one) => one in value) ?? "fixed";
  return (
    <Group gap="xs">
      <Choice label={t("builder.window")} value={kind} w={165} data={WINDOWS.map((one) => ({ value: one, label: t(`window.kind-${one}`) }))}
        set={(next) => set(FIRST_WINDOWS[next as typeof kind])} />
      {value && <WindowValue kind={kind} value={value} set={set} />}
    </Group>
  );
}

function WindowValue({ kind, value, set }: { kind: string; value: Node; set: (value: Json) => void }) {
  const { t, word } = useTexts();
  if (kind === "last") return <Duration value={String(value.last)} set={(last) => set({ last })} />;
  if (kind === "between_ago") {
    const [near, far] = value.between_ago as [string, string];
    return <Group gap="xs"><Duration value={near} set={(next) => set({ between_ago: [next, far] })} /><Duration value={far} set={(next) => set({ between_ago: [near, next] })} /></Group>;
  }
  if (kind === "calendar") {
    const calendar = value.calendar as Record<string, string>;
    const units = ["day", "week", "month", "quarter", "year"];
    return (
      <Group gap="xs">
        <Choice label={t("builder.which")} value={calendar.which ?? "this"} w={210} set={(which) => set({ calendar: { ...calendar, which } })}
          data={[{ value: "this", label: t("window.this-unit", { unit: "…" }) }, { value: "last", label: t("window.last-unit", { unit: "…" }) }]} />
        <Choice label={t("builder.unit")} value={calendar.unit ?? "month"} w={110} data={units.map((one) => ({ value: one, label: word("calendar", one) }))} set={(unit) => set({ calendar: { ...calendar, unit } })} />
      </Group>
    );
  }
  function day(side: "from" | "to", text: string) {
    const { [side]: _, ...rest } = value;
    set(text ? { ...rest, [side]: `${text}T00:00:00Z` } : rest);
  }
  return kind === "fixed" ? (
    <Group gap="xs">
      {(["from", "to"] as const).map((side) => (
        <TextInput key={side} type="date" size="sm" aria-label={t(`builder.${side}`)} value={String(value[side] ?? "").slice(0, 10)} onChange={(event) => day(side, event.currentTarget.value)} />
      ))}
    </Group>
  ) : null;
}
