/** Who asked to be erased, how far it is, and by when it must be done. */
import { Button, Checkbox, Group, Modal, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { privacy, read, type Erasure } from "../../api/clients";
import { useChange, usePages } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Go } from "../../components/Go";
import { ProblemNote } from "../../components/ProblemNote";
import { Rows } from "../../components/Rows";
import { State } from "../../components/State";
import { CustomerPicker } from "./CustomerPicker";

const STATES = ["waiting", "running", "completed", "rejected"] as const;

export function Erasures() {
  const { t, date, word } = useTexts();
  const can = useCan();
  const navigate = useNavigate();
  const { state } = useSearch({ strict: false }) as { state?: (typeof STATES)[number] };
  const list = usePages<Erasure>(["erasures", state], (after) =>
    read(privacy.GET("/erasures", { params: { query: { limit: 50, ...(state ? { state } : {}), ...(after ? { after } : {}) } as never } })), { refetchInterval: 10_000 });
  return (
    <Stack>
      <Group justify="space-between">
        <SegmentedControl value={state ?? "any"} aria-label={t("field.state")} style={{ maxWidth: "100%", overflowX: "auto" }}
          data={[{ value: "any", label: t("erasures.any") }, ...STATES.map((one) => ({ value: one, label: word("state", one) }))]}
          onChange={(next) => void navigate({ to: ".", search: { tab: "erasures", state: next === "any" ? undefined : next } as never, replace: true })} />
        {can("privacy:erase") && <NewErasure />}
      </Group>
      <Rows label={t("privacy.requests")} source={list} keyOf={(row) => row.erasure_id} empty={t("erasures.none")}
        open={(row) => void navigate({ to: "/privacy/erasures/$id", params: { id: row.erasure_id } })}
        columns={[
          { title: t("field.customer"), cell: (row) => <Go to="/privacy/erasures/$id" params={{ id: row.erasure_id }}><span className="mono">{row.customer_id.slice(0, 13)}…</span></Go> },
          { title: t("field.state"), cell: (row) => <State value={row.held ? "held" : row.overdue ? "overdue" : row.state} /> },
          { title: t("erasures.asked"), cell: (row) => date(row.requested_at) },
          { title: t("erasures.due"), cell: (row) => date(row.due_at) },
          { title: t("erasures.missing"), cell: (row) => row.missing.join(", ") || "–" },
        ]} />
    </Stack>
  );
}

function NewErasure() {
  const { t } = useTexts();
  const navigate = useNavigate();
  const [opened, { open, close }] = useDisclosure();
  const [customer, setCustomer] = useState<string | null>(null);
  const [by, setBy] = useState("");
  const [checked, setChecked] = useState(false);
  const request = useChange<void, Erasure>(
    () => read(privacy.POST("/erasures", { body: { customer: { customer_id: customer }, identity_checked: checked, requested_by: by } as never })),
    [["erasures"], ["needs"], ["customer"]],
    (made) => void navigate({ to: "/privacy/erasures/$id", params: { id: made.erasure_id } }),
  );
  function start() {
    setCustomer(null);
    setChecked(false);
    request.reset();
    open();
  }
  return (
    <>
      <Button onClick={start}>{t("erasures.new")}</Button>
      <Modal opened={opened} onClose={close} title={t("erasures.new")} size="lg" closeButtonProps={{ "aria-label": t("action.close") }}>
        <Stack>
          <CustomerPicker value={customer} choose={setCustomer} />
          <TextInput label={t("erasures.by")} required value={by} onChange={(event) => setBy(event.currentTarget.value)} />
          <Checkbox label={t("erasures.identity")} checked={checked} onChange={(event) => setChecked(event.currentTarget.checked)} />
          <Text size="sm" c="dimmed">{t("erasures.new-what")}</Text>
          {request.isError && <ProblemNote error={request.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{t("action.cancel")}</Button>
            <Button color="red" disabled={!customer || by.trim() === ""} loading={request.isPending} onClick={() => request.mutate()}>{t("erasures.new")}</Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
