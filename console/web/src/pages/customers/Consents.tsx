/** What a customer permits, by purpose and channel, with the proof of each word; and the recording of a new one. */
import { Alert, Button, Group, Modal, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { privacy, read, type Channel, type Consent, type ConsentDraft } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { Rows } from "../../components/Rows";
import { State } from "../../components/State";

export const CHANNELS: Channel[] = ["email", "sms", "post", "phone"];
type Action = ConsentDraft["action"];

export const consentsQuery = (id: string) => infiniteQueryOptions({
  queryKey: ["consents", id],
  initialPageParam: undefined as string | undefined,
  queryFn: ({ pageParam: after }) => read(privacy.GET("/customers/{customer_id}/consents", { params: { path: { customer_id: id }, query: { limit: 50, ...(after ? { after } : {}) } as never } })),
  getNextPageParam: (last) => last.next ?? undefined,
});

export function Consents({ id }: { id: string }) {
  const { t, word, time } = useTexts();
  const can = useCan();
  const query = useInfiniteQuery(consentsQuery(id));
  const first = query.data?.pages[0];
  const source = { ...query, more: query.hasNextPage ? () => void query.fetchNextPage() : undefined };
  return (
    <Stack>
      {first?.erased && <Alert color="red">{t("consents.erased")}</Alert>}
      {first?.restricted && <Alert color="yellow">{t("consents.restricted")}</Alert>}
      <Panel title={t("consents.now")} actions={can("privacy:write") && !first?.erased && <RecordConsent id={id} />}>
        <Rows label={t("consents.now")} source={{ ...source, items: first?.current, more: undefined }} keyOf={(row) => `${row.purpose} ${row.channel}`} empty={t("consents.none")}
          columns={[
            { title: t("consents.purpose"), cell: (row) => row.purpose },
            { title: t("field.channel"), cell: (row) => word("channel", row.channel) },
            { title: t("consents.permitted"), cell: (row) => <State value={row.permitted ? "granted" : "denied"} /> },
            { title: t("field.reason"), cell: (row) => (row.reason ? word("reason", row.reason) : "") },
          ]} />
      </Panel>
      <Panel title={t("consents.proof")}>
        <Rows<Consent> label={t("consents.proof")} source={{ ...source, items: query.data?.pages.flatMap((page) => page.history) }} keyOf={(row) => row.consent_id} empty={t("consents.none")}
          columns={[
            { title: t("field.when"), cell: (row) => time(row.occurred_at) },
            { title: t("consents.purpose"), cell: (row) => row.purpose },
            { title: t("field.channel"), cell: (row) => word("channel", row.channel) },
            { title: t("consents.word"), cell: (row) => <State value={row.action} /> },
            { title: t("consents.wording"), cell: (row) => <Wording consent={row} /> },
            { title: t("field.who"), cell: (row) => row.recorded_by },
          ]} />
      </Panel>
    </Stack>
  );
}

function Wording({ consent }: { consent: Consent }) {
  const evidence = Object.entries(consent.evidence).map(([name, value]) => `${name}: ${String(value)}`).join(" · ");
  return (
    <>
      <Text size="sm" className="breakable">{consent.wording ?? "–"}{consent.wording_version && ` (${consent.wording_version})`}</Text>
      {evidence && <Text size="xs" c="dimmed" className="breakable">{evidence}</Text>}
    </>
  );
}

function RecordConsent({ id }: { id: string }) {
  const { t, word } = useTexts();
  const [opened, { open, close }] = useDisclosure();
  const [said, setSaid] = useState({ action: "granted" as Action, purpose: "marketing", channel: "email" as Channel, wording: "", version: new Date().toISOString().slice(0, 10), how: "" });
  const save = useChange(
    () => read(privacy.POST("/consents", {
      body: {
        customer: { customer_id: id }, action: said.action, purpose: said.purpose, channel: said.channel,
        wording: said.wording || null, wording_version: said.wording ? said.version || null : null, evidence: { how: said.how || "console" },
      } as unknown as ConsentDraft,
    })),
    [["consents", id]], close,
  );
  function set(part: Partial<typeof said>) {
    setSaid({ ...said, ...part });
  }
  return (
    <>
      <Button size="xs" variant="default" onClick={() => { save.reset(); open(); }}>{t("consents.record")}</Button>
      <Modal opened={opened} onClose={close} title={t("consents.record")} closeButtonProps={{ "aria-label": t("action.close") }}>
        <Stack>
          <Select label={t("consents.word")} allowDeselect={false} value={said.action} onChange={(value) => set({ action: value as Action })}
            data={(["granted", "denied", "withdrawn"] satisfies Action[]).map((value) => ({ value, label: word("state", value) }))} />
          <Group grow>
            <TextInput label={t("consents.purpose")} required value={said.purpose} onChange={(event) => set({ purpose: event.currentTarget.value })} />
            <Select label={t("field.channel")} allowDeselect={false} value={said.channel} onChange={(value) => set({ channel: value as Channel })}
              data={CHANNELS.map((value) => ({ value, label: word("channel", value) }))} />
          </Group>
          <Textarea label={t("consents.wording")} description={t("consents.wording-hint")} required={said.action === "granted"} value={said.wording} autosize minRows={2}
            onChange={(event) => set({ wording: event.currentTarget.value })} />
          <TextInput label={t("imports.wording-version")} required={said.action === "granted"} value={said.version} onChange={(event) => set({ version: event.currentTarget.value })} />
          <TextInput label={t("consents.how")} placeholder={t("consents.how-hint")} value={said.how} onChange={(event) => set({ how: event.currentTarget.value })} />
          {save.isError && <ProblemNote error={save.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{t("action.cancel")}</Button>
            <Button loading={save.isPending} onClick={() => save.mutate(undefined)}>{t("action.save")}</Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
