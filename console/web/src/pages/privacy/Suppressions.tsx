/** The suppression list: it can be asked about an address, added to, and taken from. */
import { Button, Group, List, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { privacy, read, type Channel, type SuppressionCheck } from "../../api/clients";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Confirm } from "../../components/Confirm";
import { Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { CHANNELS } from "../customers/Consents";

export function Suppressions() {
  const { t, word } = useTexts();
  const [address, setAddress] = useState("");
  const [channel, setChannel] = useState<Channel>("email");
  const asked = { address, channel };
  const check = useMutation({
    mutationFn: () => read(privacy.POST("/suppressions/checks", { body: { addresses: [asked] } })).then((found) => ({ ...found.items[0]!, asked })),
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    check.mutate();
  }
  return (
    <Panel title={t("suppression.check")}>
      <Text size="sm" c="dimmed">{t("suppression.about")}</Text>
      <form onSubmit={submit}>
        <Group align="flex-end">
          <Select label={t("field.channel")} w={150} allowDeselect={false} value={channel} onChange={(value) => setChannel(value as Channel)} data={CHANNELS.map((value) => ({ value, label: word("channel", value) }))} />
          <TextInput label={t("suppression.address")} flex={1} miw={220} required value={address} onChange={(event) => setAddress(event.currentTarget.value)} />
          <Button type="submit" loading={check.isPending}>{t("suppression.check")}</Button>
        </Group>
      </form>
      {check.isError && <ProblemNote error={check.error} />}
      {check.data && <Found found={check.data} asked={check.data.asked} again={() => check.mutate()} />}
    </Panel>
  );
}

function Found({ found, asked, again }: { found: SuppressionCheck; asked: { address: string; channel: Channel }; again: () => void }) {
  const { t, word, time } = useTexts();
  const can = useCan();
  const addresses = [asked];
  const add = useMutation<unknown, Error, void>({ mutationFn: () => read(privacy.POST("/suppressions", { body: { addresses, reason: "manual" } as never })), onSuccess: again });
  const remove = useMutation<unknown, Error, void>({ mutationFn: () => read(privacy.POST("/suppressions/removals", { body: { addresses, reason: "manual" } as never })), onSuccess: again });
  const byHand = found.entries.some((entry) => entry.reason === "manual");
  return (
    <Stack gap="xs" aria-live="polite">
      <Text fw={600} size="sm">{t(found.suppressed ? "suppression.is" : "suppression.free")} <span className="mono">{asked.address}</span></Text>
      {found.entries.length > 0 && (
        <List size="sm">
          {found.entries.map((entry) => <List.Item key={entry.reason + entry.since}>{t("suppression.entry", { reason: word("suppression", entry.reason), who: entry.recorded_by, when: time(entry.since) })}</List.Item>)}
        </List>
      )}
      {can("privacy:write") && (
        <Group>
          {!byHand && <Confirm size="xs" variant="default" label={t("suppression.add")} title={t("suppression.add")} what={t("suppression.add-what")} act={add} />}
          {byHand && <Confirm size="xs" variant="default" label={t("suppression.remove")} title={t("suppression.remove")} what={t("suppression.remove-what")} act={remove} />}
        </Group>
      )}
    </Stack>
  );
}
