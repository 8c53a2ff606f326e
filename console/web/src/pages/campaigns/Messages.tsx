/** The ledger of a campaign: each message, sent or not, with the reason; unknown ones are settled here. */
import { Group, SegmentedControl, Stack } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { campaigns, read, type Message } from "../../api/clients";
import { useChange, usePages } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Confirm } from "../../components/Confirm";
import { CustomerName } from "../../components/CustomerName";
import { reasonOf } from "../../components/reasons";
import { Rows } from "../../components/Rows";
import { State } from "../../components/State";

const STATES = ["handed_over", "refused", "waiting", "failed", "unknown"] as const;

export function Messages({ id }: { id: string }) {
  const { t, time, word } = useTexts();
  const can = useCan();
  const navigate = useNavigate();
  const { state } = useSearch({ strict: false }) as { state?: (typeof STATES)[number] };
  const list = usePages<Message>(["messages", id, state], (after) =>
    read(campaigns.GET("/campaigns/{campaign_id}/messages", { params: { path: { campaign_id: id }, query: { limit: 50, ...(state ? { state } : {}), ...(after ? { after } : {}) } as never } })));
  return (
    <Stack>
      <SegmentedControl value={state ?? "any"} aria-label={t("field.state")} style={{ alignSelf: "flex-start", maxWidth: "100%", overflowX: "auto" }}
        data={[{ value: "any", label: t("campaigns.any") }, ...STATES.map((one) => ({ value: one, label: word("state", one) }))]}
        onChange={(next) => void navigate({ to: ".", search: { tab: "messages", state: next === "any" ? undefined : next } as never, replace: true })} />
      <Rows label={t("campaign.messages")} source={list} keyOf={(row) => row.id} empty={t("messages.none")}
        columns={[
          { title: t("field.customer"), cell: (row) => <CustomerName id={row.customer_id} /> },
          { title: t("field.state"), cell: (row) => <State value={row.state} /> },
          { title: t("field.reason"), cell: (row) => reasonOf(row, word) },
          { title: t("messages.entered"), cell: (row) => time(row.enrolled_at) },
          { title: t("messages.settled"), cell: (row) => (row.settled_at ? time(row.settled_at) : row.state === "unknown" && can("campaigns:send") ? <Settle message={row} /> : "–") },
        ]} />
    </Stack>
  );
}

function Settle({ message }: { message: Message }) {
  const { t } = useTexts();
  const params = { path: { message_id: message.id } };
  const alters = [["messages"], ["report"]];
  const was = useChange<void, unknown>(() => read(campaigns.POST("/messages/{message_id}/settle", { params, body: { outcome: "handed_over" } })), alters);
  const wasNot = useChange<void, unknown>(() => read(campaigns.POST("/messages/{message_id}/settle", { params, body: { outcome: "failed" } })), alters);
  return (
    <Group gap="xs" wrap="nowrap">
      <Confirm size="compact-sm" variant="default" label={t("messages.was-sent")} title={t("messages.was-sent")} what={t("messages.settle-what")} act={was} />
      <Confirm size="compact-sm" variant="default" label={t("messages.was-not")} title={t("messages.was-not")} what={t("messages.settle-what")} act={wasNot} />
    </Group>
  );
}
