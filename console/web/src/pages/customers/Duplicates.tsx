/** Two customers that may be one: side by side, joined with an undo, or told apart. */
import { Button, Group, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { customers, read, type Candidate, type Merge } from "../../api/clients";
import { useChange, usePages } from "../../api/hooks";
import { useTexts } from "../../app/texts";
import { Confirm } from "../../components/Confirm";
import { CustomerName } from "../../components/CustomerName";
import { Loaded } from "../../components/Loaded";
import { Page, Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { Empty, Rows } from "../../components/Rows";

const ALTERS = [["candidates"], ["merges"], ["customer"], ["customers"], ["needs"]];

export function Duplicates() {
  const { t, time, word } = useTexts();
  const candidates = usePages<Candidate>(["candidates"], (after) => read(customers.GET("/link-candidates", { params: { query: { limit: 20, ...(after ? { after } : {}) } } })));
  const merges = usePages<Merge>(["merges"], (after) => read(customers.GET("/merges", { params: { query: { limit: 50, ...(after ? { after } : {}) } } })));
  return (
    <Page title={t("customers.duplicates")} about={t("duplicates.about")}>
      {candidates.isError && <ProblemNote error={candidates.error} retry={() => void candidates.refetch()} />}
      {candidates.items?.length === 0 && <Empty>{t("duplicates.none")}</Empty>}
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
  const trial = useQuery({
    queryKey: ["candidates", "trial", survivor, absorbed],
    queryFn: () => read(customers.POST("/merges", { body: { survivor, absorbed, dry_run: true } })),
  });
  const merge = useChange<void, unknown>(() => read(customers.POST("/merges", { body: { survivor, absorbed, dry_run: false } })), ALTERS);
  const dismiss = useChange<void, unknown>(() => read(customers.POST("/link-candidates/{candidate_id}/dismiss", { params: { path: { candidate_id: candidate.candidate_id } } })), ALTERS);
  return (
    <Stack>
      <Loaded query={trial}>
        {(found) => (
          <Table.ScrollContainer minWidth={480}>
            <Table>
              <Table.Thead><Table.Tr><Table.Th /><Table.Th><CustomerName id={survivor} /></Table.Th><Table.Th><CustomerName id={absorbed} /></Table.Th><Table.Th>{t("duplicates.result")}</Table.Th></Table.Tr></Table.Thead>
              <Table.Tbody>
                {found.fields.map((field) => (
                  <Table.Tr key={field.name}>
                    <Table.Td>{field.name}</Table.Td>
                    {[field.survivor_value, field.absorbed_value, field.value].map((value, index) => <Table.Td key={index}>{value === null ? "–" : String(value)}</Table.Td>)}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Loaded>
      <Text size="sm" c="dimmed">{t("duplicates.keeps")}</Text>
      {dismiss.isError && <ProblemNote error={dismiss.error} />}
      <Group>
        <Confirm label={t("duplicates.merge")} title={t("duplicates.merge")} what={t("duplicates.merge-what")} act={merge} />
        <Button variant="default" onClick={() => setSwapped(!swapped)}>{t("duplicates.swap")}</Button>
        <Button variant="default" loading={dismiss.isPending} onClick={() => dismiss.mutate()}>{t("duplicates.dismiss")}</Button>
      </Group>
    </Stack>
  );
}
