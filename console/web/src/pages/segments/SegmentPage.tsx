/** One segment: its rule, who is in it, why somebody is or is not, and its versions. */
import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { analytics, read, type Segment } from "../../api/clients";
import { useChange, usePages } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Confirm } from "../../components/Confirm";
import { CustomerName } from "../../components/CustomerName";
import { GoButton } from "../../components/Go";
import { Loaded } from "../../components/Loaded";
import { Page, Panel } from "../../components/Page";
import { Rows } from "../../components/Rows";
import { State } from "../../components/State";
import { AddressTabs } from "../../components/Tabs";
import { Explanation } from "./Explanation";
import { isFilling } from "./filling";
import { sentenceOf } from "./sentences";
import type { Node } from "./tree";
import { useWords } from "./useWords";

export const segmentQuery = (id: string) => ({
  queryKey: ["segments", "one", id],
  queryFn: () => read(analytics.GET("/segments/{segment_id}", { params: { path: { segment_id: id } } })),
});

export function SegmentPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery({ ...segmentQuery(id), refetchInterval: ({ state }) => (isFilling(state.data?.state) ? 1_000 : 10_000) });
  return <Loaded query={query}>{(segment) => <Shown segment={segment} />}</Loaded>;
}

function Shown({ segment }: { segment: Segment }) {
  const { t, number, percent, time } = useTexts();
  const can = useCan();
  const params = { path: { segment_id: segment.id } };
  const archive = useChange<void, unknown>(() => read(analytics.POST("/segments/{segment_id}/archive", { params })), [["segments"]]);
  const live = segment.state !== "archived" && can("analytics:write");
  return (
    <Page title={segment.name}
      about={<Group gap="md">
        <State value={segment.state} />
        {isFilling(segment.state) && segment.filled !== null && <span>{t("segments.filled", { share: percent(segment.filled) })}</span>}
        {segment.members !== null && <span>{number(segment.members)} {t("segments.members")}</span>}
        <span>{time(segment.changed_at)}</span>
      </Group>}
      actions={live && <>
        <Confirm variant="default" label={t("segments.archive")} title={`${t("segments.archive")}: ${segment.name}`} what={t("segments.archive-what")} act={archive} />
        <GoButton to="/segments/$id/edit" params={{ id: segment.id }}>{t("action.edit")}</GoButton>
      </>}>
      {segment.description && <Text>{segment.description}</Text>}
      <AddressTabs tabs={[
        { id: "rule", title: t("segments.rule"), content: () => <Rule definition={segment.definition as Node} /> },
        { id: "members", title: t("segments.members"), content: () => <Members id={segment.id} /> },
        { id: "explain", title: t("segments.explain"), content: () => <Explain id={segment.id} /> },
        { id: "versions", title: t("segments.versions"), content: () => <Versions id={segment.id} /> },
      ]} />
    </Page>
  );
}

function Rule({ definition }: { definition: Node }) {
  const { t } = useTexts();
  const words = useWords();
  return (
    <Stack>
      <Panel><Text className="sentence">{sentenceOf(definition, words)}</Text></Panel>
      <Panel title={t("segments.json")}><pre className="mono pre">{JSON.stringify(definition, null, 2)}</pre></Panel>
    </Stack>
  );
}

function Members({ id }: { id: string }) {
  const { t, time } = useTexts();
  const list = usePages(["segments", "members", id], (after) =>
    read(analytics.GET("/segments/{segment_id}/members", { params: { path: { segment_id: id }, query: { limit: 50, ...(after ? { after } : {}) } } })));
  return (
    <Stack>
      <Group><Button component="a" variant="default" size="xs" href={`/api/analytics/segments/${id}/members/export?format=csv`} download>{t("segments.export")}</Button></Group>
      <Rows label={t("segments.members")} source={list} keyOf={(row) => row.customer_id} empty={t("segments.no-members")}
        columns={[
          { title: t("field.customer"), cell: (row) => <CustomerName id={row.customer_id} /> },
          { title: t("segments.since"), cell: (row) => time(row.since) },
        ]} />
    </Stack>
  );
}

function Explain({ id }: { id: string }) {
  const { t } = useTexts();
  const [customer, setCustomer] = useState("");
  return (
    <Stack>
      <TextInput label={t("segments.explain-who")} maw={420} value={customer} onChange={(event) => setCustomer(event.currentTarget.value.trim())} />
      {customer.length === 36 && <Panel><CustomerName id={customer} /><Explanation segment={id} customer={customer} /></Panel>}
    </Stack>
  );
}

function Versions({ id }: { id: string }) {
  const { t, time } = useTexts();
  const words = useWords();
  const query = useQuery({ queryKey: ["segments", "versions", id], queryFn: () => read(analytics.GET("/segments/{segment_id}/versions", { params: { path: { segment_id: id } } })) });
  return (
    <Rows label={t("segments.versions")} source={{ items: query.data, error: query.error, refetch: query.refetch }} keyOf={(row) => String(row.version)} empty=""
      columns={[
        { title: t("segments.version"), cell: (row) => row.version },
        { title: t("field.state"), cell: (row) => <State value={row.state} /> },
        { title: t("field.when"), cell: (row) => time(row.created_at) },
        { title: t("field.who"), cell: (row) => row.created_by },
        { title: t("segments.rule"), cell: (row) => <span className="breakable">{sentenceOf(row.definition as Node, words)}</span> },
      ]} />
  );
}
