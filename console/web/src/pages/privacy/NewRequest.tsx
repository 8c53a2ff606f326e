/** Take down what somebody asks about their own data; what is open already is shown before it is asked again. */
import { Alert, Button, Checkbox, Group, Modal, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ask, privacy, read, type RequestKind, type SubjectRequest } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { useTexts } from "../../app/texts";
import { Go } from "../../components/Go";
import { ProblemNote } from "../../components/ProblemNote";
import { CustomerPicker } from "./CustomerPicker";
import { KINDS } from "./deadline";

// Of the pages for recipients; each in its own words.
const LANGUAGES = { en: "English", de: "Deutsch", fr: "Français", da: "Dansk", ro: "Română", cs: "Čeština" };
const BLANK = { customer: null as string | null, kind: "access" as RequestKind, language: "en", received: "", note: "", checked: false };

export function NewRequest() {
  const { t, word, language } = useTexts();
  const navigate = useNavigate();
  const [opened, { open, close }] = useDisclosure();
  const [said, setSaid] = useState(BLANK);
  const now = useQuery({ queryKey: ["clock"], queryFn: () => ask<{ now: string }>("/clock"), enabled: opened, staleTime: 60_000 }).data?.now;
  const take = useChange<void, SubjectRequest>(
    () => read(privacy.POST("/requests", { body: {
      customer: { customer_id: said.customer }, kind: said.kind, language: said.language, note: said.note, identity_checked: said.checked,
      received_at: said.received ? `${said.received}T00:00:00Z` : null,
    } as never })),
    [["requests"], ["needs"], ["erasures"], ["consents"]],
    (made) => void navigate({ to: "/privacy/requests/$id", params: { id: made.request_id } }),
  );
  function set(part: Partial<typeof BLANK>) {
    setSaid({ ...said, ...part });
  }
  function start() {
    setSaid({ ...BLANK, language });
    take.reset();
    open();
  }
  return (
    <>
      <Button onClick={start}>{t("erasures.new")}</Button>
      <Modal opened={opened} onClose={close} title={t("erasures.new")} size="lg" closeButtonProps={{ "aria-label": t("action.close") }}>
        <Stack>
          <CustomerPicker value={said.customer} choose={(customer) => set({ customer })} />
          <Select label={t("requests.kind")} allowDeselect={false} value={said.kind} onChange={(kind) => set({ kind: kind as RequestKind })}
            description={word("request-what", said.kind)} data={KINDS.map((value) => ({ value, label: word("request-kind", value) }))} />
          {said.customer && <Open customer={said.customer} kind={said.kind} />}
          <Group grow align="flex-start">
            <TextInput type="date" label={t("requests.received")} description={t("requests.received-hint")} value={said.received} {...(now ? { max: now.slice(0, 10) } : {})}
              onChange={(event) => set({ received: event.currentTarget.value })} />
            <Select label={t("requests.language")} description={t("requests.language-hint")} allowDeselect={false} value={said.language} onChange={(value) => set({ language: value ?? "en" })}
              data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))} />
          </Group>
          <Textarea label={t("requests.note")} description={t("requests.note-hint")} autosize minRows={2} maxLength={2000} value={said.note} onChange={(event) => set({ note: event.currentTarget.value })} />
          <Checkbox label={t("erasures.identity")} description={t("requests.checked-hint")} checked={said.checked} onChange={(event) => set({ checked: event.currentTarget.checked })} />
          {take.isError && <ProblemNote error={take.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{t("action.cancel")}</Button>
            <Button color={said.checked && said.kind === "erasure" ? "red" : undefined} disabled={!said.customer} loading={take.isPending} onClick={() => take.mutate()}>{t("erasures.new")}</Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

/** The same is being asked for: it will be joined, with the first deadline. */
function Open({ customer, kind }: { customer: string; kind: RequestKind }) {
  const { t, date } = useTexts();
  const found = useQuery({
    queryKey: ["requests", "of", customer, kind],
    queryFn: () => read(privacy.GET("/requests", { params: { query: { customer_id: customer, kind, limit: 50 } } })),
  }).data?.items.find((request) => !request.closed_at);
  if (!found) return null;
  return (
    <Alert color="yellow" role="status">
      {t("requests.joined", { date: date(found.received_at), due: date(found.due_at) })} <Go to="/privacy/requests/$id" params={{ id: found.request_id }}>{t("requests.open-it")}</Go>
    </Alert>
  );
}
