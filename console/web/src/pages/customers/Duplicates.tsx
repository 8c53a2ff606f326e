/** Two customers that may be one: side by side, joined with an undo, or told apart. */
import { Button, Group, Stack } from "@mantine/core";
import { useState } from "react";
import { customers, read, type Candidate, type Merge } from "../../api/clients";
import { useChange, usePages } from "../../api/hooks";
import { useTexts } from "../../app/texts";
import { Confirm } from "../../components/Confirm";
import { CustomerName } from "../../components/CustomerName";
import { Page, Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { Rows } from "../../components/Rows";
import { MergeTable } from "./MergeTable";
import { Proposals } from "./Proposals";

const ALTERS = [["duplicates"], ["candidates"], ["merges"], ["customer"], ["customers"], ["needs"]];

export function Duplicates() {
  const { t, time, word } = useTexts();
  const candidates = usePages<Candidate>(["candidates"], (after) => read(customers.GET("/link-candidates", { params: { query: { limit: 20, ...(after ? { after } : {}) } } })));
  const merges = usePages<Merge>(["merges"], (after) => read(customers.GET("/merges", { params: { query: { limit: 50, ...(after ? { after } : {}) } } })));
  return (
    <Page title={t("customers.duplicates")} about={t("duplicates.about")}>
      <Proposals />
      {candidates.isError && <ProblemNote error={candidates.error} retry={() => void candidates.refetch()} />}
      {candidates.items?.slice(0, 50).map((one) => (
        <Panel key={one.candidate_id} title={t("duplicates.same", { kind: word("identifier", one.kind) })}><Pair candidate={one} /></Panel>
      ))}
      {candidates.more && <Button variant="default" onClick={candidates.more}>{t("list.more")}</Button>}
      <Panel title={t("duplicates.merged")}>
        <Rows label={t("duplicates.merged")} source={merges} keyOf={(row) => row.merge_id ?? row.absorbed} empty={t("duplicates.no-merges")}
          columns={[
            { title: t("field.when"), cell: (row) => time(row.at) },
            { title: t("duplicates.survivor"), cell: (row) => <CustomerName id={row.survivor} /> },
            { title: t("field.who"), cell: (row) => row.by },
            { title: t("duplicates.undo"), cell: (row) => (row.undone_at ? t("duplicates.undone", { when: time(row.undone_at) }) : <Undo merge={row} />) },
          ]} />
      </Panel>
    </Page>
  );
}

function Undo({ merge }: { merge: Merge }) {
  const { t } = useTexts();
  const undo = useChange<void, unknown>(() => read(customers.POST("/merges/{merge_id}/undo", { params: { path: { merge_id: merge.merge_id ?? "" } } })), ALTERS);
  return <Confirm size="compact-sm" variant="default" label={t("duplicates.undo")} title={t("duplicates.undo")} what={t("duplicates.undo-what")} act={undo} />;
}

function Pair({ candidate }: { candidate: Candidate }) {
  const { t } = useTexts();
  const [swapped, setSwapped] = useState(false);
  const [survivor, absorbed] = swapped ? [candidate.customer_id, candidate.owner_id] : [candidate.owner_id, candidate.customer_id];
  const merge = useChange<void, unknown>(() => read(customers.POST("/merges", { body: { survivor, absorbed, dry_run: false } })), ALTERS);
  const dismiss = useChange<void, unknown>(() => read(customers.POST("/link-candidates/{candidate_id}/dismiss", { params: { path: { candidate_id: candidate.candidate_id } } })), ALTERS);
  return (
    <Stack>
      <MergeTable survivor={survivor} absorbed={absorbed} />
      {dismiss.isError && <ProblemNote error={dismiss.error} />}
      <Group>
        <Confirm label={t("duplicates.merge")} title={t("duplicates.merge")} what={t("duplicates.merge-what")} act={merge} />
        <Button variant="default" onClick={() => setSwapped(!swapped)}>{t("duplicates.swap")}</Button>
        <Button variant="default" loading={dismiss.isPending} onClick={() => dismiss.mutate()}>{t("duplicates.dismiss")}</Button>
      </Group>
    </Stack>
  );
}
