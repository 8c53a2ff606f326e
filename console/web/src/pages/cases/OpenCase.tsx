/** An agent opens a case for a customer. */
import { Button, Group, Modal, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { interactions, read, type CaseDraft } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { useTexts } from "../../app/texts";
import { ProblemNote } from "../../components/ProblemNote";

const KINDS = ["complaint", "question", "request", "fault", "other"] as const;
export const PRIORITIES = ["low", "normal", "high", "urgent"] as const;

interface Draft {
  kind: CaseDraft["kind"];
  priority: (typeof PRIORITIES)[number];
  subject: string;
  message: string;
}

const BLANK: Draft = { kind: "complaint", priority: "normal", subject: "", message: "" };

export function OpenCase({ id }: { id: string }) {
  const { t, word } = useTexts();
  const [opened, { open, close }] = useDisclosure();
  const [draft, setDraft] = useState(BLANK);
  const save = useChange<void, unknown>(
    () => read(interactions.POST("/cases", { body: { customer_id: id, kind: draft.kind, priority: draft.priority, subject: draft.subject.trim(), ...(draft.message.trim() ? { message: draft.message } : {}) } })),
    [["cases"]],
    () => { notifications.show({ message: t("cases.opened") }); close(); },
  );
  function set(part: Partial<Draft>) {
    setDraft({ ...draft, ...part });
  }
  return (
    <>
      <Button variant="default" size="xs" onClick={() => { setDraft(BLANK); save.reset(); open(); }}>{t("cases.open")}</Button>
      <Modal opened={opened} onClose={close} title={t("cases.open")} closeButtonProps={{ "aria-label": t("action.close") }}>
        <Stack>
          <Group grow>
            <Select label={t("field.kind")} allowDeselect={false} value={draft.kind} onChange={(next) => set({ kind: KINDS.find((one) => one === next) ?? "other" })}
              data={KINDS.map((value) => ({ value, label: word("case-kind", value) }))} />
            <Select label={t("case.priority")} allowDeselect={false} value={draft.priority} onChange={(next) => set({ priority: PRIORITIES.find((one) => one === next) ?? "normal" })}
              data={PRIORITIES.map((value) => ({ value, label: word("priority", value) }))} />
          </Group>
          <TextInput label={t("case.subject")} maxLength={200} value={draft.subject} onChange={(event) => set({ subject: event.currentTarget.value })} />
          <Textarea label={t("case.message")} autosize minRows={3} maxLength={10_000} value={draft.message} onChange={(event) => set({ message: event.currentTarget.value })} />
          {save.isError && <ProblemNote error={save.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{t("action.cancel")}</Button>
            <Button loading={save.isPending} disabled={!draft.subject.trim()} onClick={() => save.mutate()}>{t("action.save")}</Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
