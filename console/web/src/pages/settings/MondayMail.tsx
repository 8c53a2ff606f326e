/** Who gets the figures of the week as a mail, each Monday. */
import { Button, Code, Group, NumberInput, Select, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ask } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { useTexts } from "../../app/texts";
import { Loaded } from "../../components/Loaded";
import { Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";

interface Now { mailbox: string | null; zone: string; language: "en" | "de"; hour: number; lost_after_days: number }

export function MondayMail() {
  const query = useQuery({ queryKey: ["monday-mail"], queryFn: () => ask<Now>("/monday"), retry: false });
  return <Loaded query={query}>{(data) => <Form now={data} />}</Loaded>;
}

function Form({ now }: { now: Now }) {
  const { t, language } = useTexts();
  const [kept, setKept] = useState(now.mailbox ? now : { ...now, language, zone: Intl.DateTimeFormat().resolvedOptions().timeZone });
  const set = (part: Partial<Now>) => setKept({ ...kept, ...part });
  const save = useChange<void, Now>(
    () => ask<Now>("/monday", { mailbox: kept.mailbox || null, zone: kept.zone, language: kept.language, hour: kept.hour, lost_after_days: kept.lost_after_days }),
    [["monday-mail"]], () => notifications.show({ message: t("action.saved") }),
  );
  const send = useChange<void, { subject: string; text: string }>(() => ask("/monday/send", {}), []);
  return (
    <Panel title={t("monday.mail")} actions={<Group gap="xs">
      <Button size="xs" variant="default" loading={send.isPending} disabled={!now.mailbox || save.isPending} onClick={() => send.mutate()}>{t("monday.send")}</Button>
      <Button size="xs" loading={save.isPending} onClick={() => save.mutate()}>{t("action.save")}</Button></Group>}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">{t("monday.mail-hint")}</Text>
        <Group grow align="flex-start">
          <TextInput label={t("alarms.mailbox")} type="email" value={kept.mailbox ?? ""} onChange={(event) => set({ mailbox: event.currentTarget.value })} />
          <Select label={t("monday.language")} allowDeselect={false} value={kept.language} onChange={(value) => value && set({ language: value as Now["language"] })}
            data={[{ value: "en", label: "English" }, { value: "de", label: "Deutsch" }]} />
        </Group>
        <Group grow align="flex-start">
          <TextInput label={t("monday.zone")} value={kept.zone} onChange={(event) => set({ zone: event.currentTarget.value })} />
          <NumberInput label={t("monday.hour")} min={0} max={23} allowDecimal={false} value={kept.hour} onChange={(value) => set({ hour: Number(value) })} />
          <NumberInput label={t("monday.lost-after")} min={7} max={1000} allowDecimal={false} value={kept.lost_after_days} onChange={(value) => set({ lost_after_days: Number(value) })} />
        </Group>
        {save.isError && <ProblemNote error={save.error} />}
        {send.isError && <ProblemNote error={send.error} />}
        {send.data && <Stack gap={4} role="status"><Text size="sm" fw={600}>{send.data.subject}</Text><Code block>{send.data.text}</Code></Stack>}
      </Stack>
    </Panel>
  );
}
