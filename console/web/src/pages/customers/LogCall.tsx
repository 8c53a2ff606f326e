/** An agent writes down a contact; it is published as an event like any other. */
import { Button, Group, Modal, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { ask, interactions, read } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { useTexts } from "../../app/texts";
import { ProblemNote } from "../../components/ProblemNote";

const BLANK = { channel: "phone", direction: "in", topic: "", outcome: "", note: "" };

export function LogCall({ id }: { id: string }) {
  const { t, word } = useTexts();
  const [opened, { open, close }] = useDisclosure();
  const [call, setCall] = useState(BLANK);
  const log = useChange(
    async () => {
      const { now } = await ask<{ now: string }>("/clock");
      return read(interactions.POST("/events", { body: eventOf(id, call, now) }));
    },
    [["timeline", id]],
    () => { notifications.show({ message: t("call.logged") }); close(); },
  );
  function set(part: Partial<typeof BLANK>) {
    setCall({ ...call, ...part });
  }
  return (
    <>
      <Button variant="default" onClick={() => { setCall(BLANK); log.reset(); open(); }}>{t("call.log")}</Button>
      <Modal opened={opened} onClose={close} title={t("call.log")} closeButtonProps={{ "aria-label": t("action.close") }}>
        <Stack>
          <Group grow>
            <Select label={t("field.channel")} allowDeselect={false} value={call.channel} onChange={(value) => set({ channel: value ?? "phone" })}
              data={["phone", "email", "store", "web"].map((value) => ({ value, label: word("channel", value) }))} />
            <Select label={t("call.direction")} allowDeselect={false} value={call.direction} onChange={(value) => set({ direction: value ?? "in" })}
              data={["in", "out"].map((value) => ({ value, label: word("direction", value) }))} />
          </Group>
          <TextInput label={t("call.topic")} value={call.topic} onChange={(event) => set({ topic: event.currentTarget.value })} />
          <TextInput label={t("call.outcome")} value={call.outcome} onChange={(event) => set({ outcome: event.currentTarget.value })} />
          <Textarea label={t("call.note")} autosize minRows={3} value={call.note} onChange={(event) => set({ note: event.currentTarget.value })} />
          {log.isError && <ProblemNote error={log.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{t("action.cancel")}</Button>
            <Button loading={log.isPending} onClick={() => log.mutate(undefined)}>{t("action.save")}</Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

function eventOf(id: string, call: typeof BLANK, time: string): Record<string, never> {
  const said = Object.fromEntries(Object.entries(call).filter(([, value]) => value !== ""));
  const event = { type: "contact", message_id: crypto.randomUUID(), time, customer: { customer_id: id }, data: said };
  return event as unknown as Record<string, never>;
}
