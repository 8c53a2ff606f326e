/** What sets a campaign off: a segment's door, an event with conditions, or its start. */
import { ActionIcon, Button, Group, NumberInput, Select, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { useTexts } from "../../app/texts";
import { Icon } from "../../components/Icon";
import { Choice, CHOICES } from "../segments/Fields";
import { useWords } from "../segments/useWords";
import { blankCondition, CONDITION_OPS, EVENT_FIELDS, TRIGGERS, withKind, type Condition, type EventName, type Trigger, type TriggerKind } from "./draft";

export function TriggerEditor({ trigger, fixed, set }: { trigger: Trigger; fixed: boolean; set: (trigger: Trigger) => void }) {
  const { t, word } = useTexts();
  const { segments } = useWords();
  return (
    <Stack gap="sm">
      <Group grow align="flex-start">
        <Select label={t("edit.trigger")} disabled={fixed} allowDeselect={false} value={trigger.kind} data={TRIGGERS.map((value) => ({ value, label: word("trigger", value) }))}
          onChange={(kind) => set(withKind(trigger, kind as TriggerKind))} />
        {trigger.kind === "event" ? (
          <Select label={t("builder.event")} disabled={fixed} allowDeselect={false} value={trigger.event} data={Object.keys(EVENT_FIELDS).map((value) => ({ value, label: word("kind", value) }))}
            onChange={(event) => set({ kind: "event", event: event as EventName, where: [] })} />
        ) : (
          <Select label={t("segments.one")} required disabled={fixed} searchable limit={CHOICES} value={trigger.segment_id || null} data={segments.map(([value, label]) => ({ value, label }))}
            onChange={(segment) => set({ ...trigger, segment_id: segment ?? "" })} />
        )}
      </Group>
      {trigger.kind === "event" && !fixed && (
        <Conditions event={trigger.event} conditions={(trigger.where ?? []) as Condition[]} set={(where) => set({ ...trigger, where: where as never })} />
      )}
    </Stack>
  );
}

function Conditions({ event, conditions, set }: { event: EventName; conditions: Condition[]; set: (conditions: Condition[]) => void }) {
  const { t, word } = useTexts();
  const fields = EVENT_FIELDS[event];
  return (
    <Stack gap="xs">
      {conditions.map((condition, index) => {
        const type = fields[condition.field] ?? "text";
        return (
          <Group key={index} gap="xs">
            <Text size="sm">{t(index === 0 ? "edit.only-if" : "segment.and")}</Text>
            <Choice label={t("builder.property")} value={condition.field} w={150} data={Object.keys(fields).map((value) => ({ value, label: word("property", value) }))} set={(field) => set(conditions.with(index, blankCondition(event, field)))} />
            <Choice label={t("builder.comparison")} value={condition.op} w={150} data={CONDITION_OPS[type].map((value) => ({ value, label: t(`condition.${value}`) }))}
              set={(op) => set(conditions.with(index, { ...condition, op: op as Condition["op"], value: op === "in" ? [] : type === "number" ? 0 : "" }))} />
            <ConditionValue condition={condition} set={(value) => set(conditions.with(index, { ...condition, value }))} />
            <ActionIcon variant="subtle" color="gray" c="var(--mantine-color-text)" aria-label={t("action.remove")} onClick={() => set(conditions.toSpliced(index, 1))}><Icon name="cross" size={14} /></ActionIcon>
          </Group>
        );
      })}
      <Group><Button variant="default" size="compact-sm" leftSection={<Icon name="plus" size={14} />} onClick={() => set([...conditions, blankCondition(event)])}>{t("edit.add-condition")}</Button></Group>
    </Stack>
  );
}

/** Amounts are typed in whole units and sent in the currency's hundredths, as the API wants them. */
function ConditionValue({ condition, set }: { condition: Condition; set: (value: Condition["value"]) => void }) {
  const { t } = useTexts();
  const { value } = condition;
  if (Array.isArray(value)) return <TagsInput aria-label={t("builder.values")} size="sm" miw={180} value={value} onChange={set} acceptValueOnBlur />;
  if (typeof value === "number") {
    const scale = condition.field === "amount" ? 100 : 1;
    return <NumberInput aria-label={t("builder.value")} size="sm" w={120} decimalScale={scale === 100 ? 2 : 0} value={value / scale} onChange={(next) => set(Math.round(Number(next) * scale))} />;
  }
  return <TextInput aria-label={t("builder.value")} size="sm" w={150} value={value} onChange={(event) => set(event.currentTarget.value)} />;
}
