/** Legal holds over one customer: what must be kept is not erased before its time. */
import { Alert, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { privacy, read, type Hold } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Confirm } from "../../components/Confirm";

const ALTERS = [["holds"], ["erasures"], ["requests"], ["needs"]];

/** The holds that stand, each with a way to lift it. */
export function Holds({ customer }: { customer: string }) {
  const holds = useQuery({
    queryKey: ["holds", customer],
    queryFn: () => read(privacy.GET("/holds", { params: { query: { customer_id: customer, standing: true, limit: 50 } } })),
  }).data?.items ?? [];
  return <>{holds.map((hold) => <Standing key={hold.hold_id} hold={hold} />)}</>;
}

function Standing({ hold }: { hold: Hold }) {
  const { t, date } = useTexts();
  const can = useCan();
  const lift = useChange<void, unknown>(() => read(privacy.POST("/holds/{hold_id}/lifting", { params: { path: { hold_id: hold.hold_id } } })), ALTERS);
  return (
    <Alert color="yellow" title={t("holds.stands", { until: date(hold.until) })}>
      <Group justify="space-between">
        <Text size="sm" className="breakable">{t("holds.why", { reason: hold.reason, who: hold.placed_by, when: date(hold.placed_at) })}</Text>
        {can("privacy:requests") && <Confirm size="xs" variant="default" label={t("holds.lift")} title={t("holds.lift")} what={t("holds.lift-what")} act={lift} />}
      </Group>
    </Alert>
  );
}

export function PlaceHold({ customer }: { customer: string }) {
  const { t } = useTexts();
  const can = useCan();
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState("");
  const place = useChange<void, unknown>(
    () => read(privacy.POST("/holds", { body: { customer_id: customer, reason, until: `${until}T00:00:00Z` } })), ALTERS, () => setReason(""));
  if (!can("privacy:requests")) return null;
  return (
    <Confirm variant="default" label={t("holds.place")} title={t("holds.place")} act={place} ready={reason.trim() !== "" && until !== ""} what={
      <Stack gap="sm">
        <Text size="sm">{t("holds.place-what")}</Text>
        <Textarea label={t("requests.reason")} description={t("holds.reason-hint")} required autosize minRows={2} maxLength={1000} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        <TextInput type="date" label={t("holds.until")} required value={until} onChange={(event) => setUntil(event.currentTarget.value)} />
      </Stack>
    } />
  );
}
