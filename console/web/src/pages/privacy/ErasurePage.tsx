/** One erasure: its deadline, the receipt of each service, the certificate. */
import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { privacy, read, type Erasure } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Confirm } from "../../components/Confirm";
import { Loaded } from "../../components/Loaded";
import { Facts, Page, Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { Rows } from "../../components/Rows";
import { State } from "../../components/State";
import { Holds, PlaceHold } from "./Holds";

export function ErasurePage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery({
    queryKey: ["erasures", "one", id],
    queryFn: () => read(privacy.GET("/erasures/{erasure_id}", { params: { path: { erasure_id: id } } })),
    refetchInterval: ({ state }) => (state.data?.state === "running" ? 2_000 : 15_000),
  });
  return <Loaded query={query}>{(erasure) => <Shown erasure={erasure} />}</Loaded>;
}

function Shown({ erasure }: { erasure: Erasure }) {
  const { t, time } = useTexts();
  return (
    <Page title={t("erasure.title")} actions={<Actions erasure={erasure} />} about={<Group gap="md"><State value={erasure.held ? "held" : erasure.overdue ? "overdue" : erasure.state} /><span className="mono">{erasure.customer_id}</span></Group>}>
      <Holds customer={erasure.customer_id} />
      <Panel>
        <Facts facts={[
          [t("erasures.by"), erasure.requested_by],
          [t("erasures.asked"), time(erasure.requested_at)],
          [t("erasures.due"), time(erasure.due_at)],
          [t("erasures.identity"), erasure.identity_checked_at ? time(erasure.identity_checked_at) : t("word.no")],
          [t("erasures.missing"), erasure.missing.join(", ") || "–"],
          [t("erasure.completed"), erasure.completed_at ? time(erasure.completed_at) : "–"],
        ]} />
      </Panel>
      <Panel title={t("erasure.receipts")}>
        <Rows label={t("erasure.receipts")} source={{ items: erasure.receipts }} keyOf={(row) => row.service} empty={t("erasure.no-receipts")}
          columns={[
            { title: t("erasure.service"), cell: (row) => row.service },
            { title: t("field.when"), cell: (row) => time(row.received_at) },
            { title: t("erasure.erased"), cell: (row) => <Counts counts={row.stores} /> },
            { title: t("erasure.left"), cell: (row) => <Counts counts={row.remaining} /> },
          ]} />
      </Panel>
      <Panel title={t("erasure.certificate")}>
        {erasure.certificate ? <pre className="mono pre">{JSON.stringify(erasure.certificate, null, 2)}</pre> : <Text size="sm" c="dimmed">{t(erasure.outcome === "unknown_subject" ? "erasure.unknown-subject" : "erasure.no-certificate")}</Text>}
      </Panel>
    </Page>
  );
}

function Counts({ counts }: { counts: Record<string, number> }) {
  const { number } = useTexts();
  return <span className="breakable">{Object.entries(counts).filter(([, count]) => count > 0).map(([store, count]) => `${store}: ${number(count)}`).join(", ") || "–"}</span>;
}

function Actions({ erasure }: { erasure: Erasure }) {
  const { t } = useTexts();
  const can = useCan();
  const params = { path: { erasure_id: erasure.erasure_id } };
  const alters = [["erasures"], ["needs"]];
  const check = useChange<void, unknown>(() => read(privacy.POST("/erasures/{erasure_id}/identity-check", { params })), alters);
  const reject = useChange<void, unknown>(() => read(privacy.POST("/erasures/{erasure_id}/rejection", { params })), alters);
  const remind = useChange<void, unknown>(() => read(privacy.POST("/erasures/{erasure_id}/reminders", { params })), alters);
  if (!can("privacy:erase")) return null;
  return (
    <>
      {erasure.state === "waiting" && <>
        <PlaceHold customer={erasure.customer_id} />
        <Confirm variant="default" label={t("erasure.reject")} title={t("erasure.reject")} what={t("erasure.reject-what")} act={reject} />
        {!erasure.held && <Confirm color="red" label={t("erasure.confirm-identity")} title={t("erasure.confirm-identity")} what={t("erasure.confirm-what")} act={check} />}
      </>}
      {erasure.state === "running" && <Button variant="default" loading={remind.isPending} onClick={() => remind.mutate()}>{t("erasure.remind")}</Button>}
      {remind.isError && <ProblemNote error={remind.error} />}
    </>
  );
}
