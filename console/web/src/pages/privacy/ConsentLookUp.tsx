/** What one customer permitted, with the proof of each word; the restriction of processing, and the objection to profiling. */
import { Alert, Group, Stack, Text, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { privacy, read } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Confirm } from "../../components/Confirm";
import { CustomerName } from "../../components/CustomerName";
import { Consents } from "../customers/Consents";
import { CustomerPicker } from "./CustomerPicker";
import { Holds, PlaceHold } from "./Holds";

export function ConsentLookUp() {
  const can = useCan();
  const navigate = useNavigate();
  const { customer } = useSearch({ strict: false }) as { customer?: string };
  return (
    <Stack>
      <CustomerPicker value={customer ?? null} choose={(id) => void navigate({ to: ".", search: { tab: "consents", customer: id ?? undefined } as never })} />
      {customer && (
        <>
          <Group justify="space-between"><CustomerName id={customer} />{can("privacy:write") && <Group gap="xs"><PlaceHold customer={customer} /><Profiling key={customer} id={customer} /><Restriction id={customer} /></Group>}</Group>
          <Objection id={customer} />
          <Holds customer={customer} />
          <Consents key={customer} id={customer} />
        </>
      )}
    </Stack>
  );
}

function Restriction({ id }: { id: string }) {
  const { t } = useTexts();
  const restricted = useQuery({
    queryKey: ["consents", id, "restricted"],
    queryFn: () => read(privacy.GET("/customers/{customer_id}/consents", { params: { path: { customer_id: id }, query: { limit: 1 } as never } })).then((found) => found.restricted),
  }).data;
  const change = useChange<void, unknown>(
    () => read(privacy.PUT("/customers/{customer_id}/restriction", { params: { path: { customer_id: id } }, body: { restricted: !restricted } })), [["consents", id]]);
  if (restricted === undefined) return null;
  const texts = restricted ? (["lookup.unrestrict", "lookup.unrestrict-what"] as const) : (["lookup.restrict", "lookup.restrict-what"] as const);
  return <Confirm key={texts[0]} variant="default" size="xs" label={t(texts[0])} title={t(texts[0])} what={t(texts[1])} act={change} />;
}

function useProfiling(id: string) {
  return useQuery({
    queryKey: ["profiling", id],
    queryFn: () => read(privacy.GET("/customers/{customer_id}/profiling", { params: { path: { customer_id: id } } })),
  }).data;
}

function Objection({ id }: { id: string }) {
  const { t } = useTexts();
  return useProfiling(id)?.objects ? <Alert color="yellow">{t("lookup.objects")}</Alert> : null;
}

function Profiling({ id }: { id: string }) {
  const { t } = useTexts();
  const objects = useProfiling(id)?.objects;
  const [how, setHow] = useState("");
  const change = useChange<void, unknown>(
    () => read(privacy.PUT("/customers/{customer_id}/profiling", { params: { path: { customer_id: id } }, body: { objects: !objects, how } })),
    [["profiling", id], ["consents", id]], () => setHow(""));
  if (objects === undefined) return null;
  const texts = objects ? (["lookup.profiled", "lookup.profiled-what"] as const) : (["lookup.profiling", "lookup.profiling-what"] as const);
  return (
    <Confirm key={texts[0]} variant="default" size="xs" label={t(texts[0])} title={t(texts[0])} act={change} ready={how.trim() !== ""} what={
      <Stack gap="sm">
        <Text size="sm">{t(texts[1])}</Text>
        <Textarea label={t("lookup.how")} required autosize minRows={2} maxLength={1000} value={how} onChange={(event) => setHow(event.currentTarget.value)} />
      </Stack>
    } />
  );
}
