/** What customers are worth: recency by frequency, the named groups, their future value, and how that was found. */
import { Button, Group, List, SegmentedControl, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { analytics, read, type Fit, type RfmCell } from "../../api/clients";
import { useChange, usePages } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Loaded } from "../../components/Loaded";
import { Figure, Page, Panel } from "../../components/Page";
import { Empty, Rows } from "../../components/Rows";
import { State } from "../../components/State";
import { all, at, byGroup, darkness, SCORES, type Measure, type Sum } from "./grid";

export function Insights() {
  const { t } = useTexts();
  const grid = useQuery({ queryKey: ["rfm"], queryFn: () => read(analytics.GET("/scores/rfm")) });
  return (
    <Page title={t("nav.insights")} about={t("insights.about")}>
      <Loaded query={grid}>
        {({ cells }) => (cells.length === 0 ? <Empty>{t("insights.none")}</Empty> : <Stack><Totals cells={cells} /><Grid cells={cells} /><Groups cells={cells} /></Stack>)}
      </Loaded>
      <Fits />
    </Page>
  );
}

function Totals({ cells }: { cells: RfmCell[] }) {
  const { t, number, money } = useTexts();
  const sum = all(cells);
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }}>
      <Figure label={t("insights.customers")} value={number(sum.customers)} />
      <Figure label={t("insights.money")} value={money(sum.money)} />
      <Figure label={t("insights.clv")} value={sum.clv === null ? "–" : money(sum.clv)} note={t(sum.clv === null ? "insights.no-clv" : "insights.clv-note")} />
    </SimpleGrid>
  );
}

const MEASURES: Measure[] = ["customers", "money", "clv"];

function Grid({ cells }: { cells: RfmCell[] }) {
  const { t, number, money } = useTexts();
  const [measure, setMeasure] = useState<Measure>("customers");
  const shown = (sum: Sum) => {
    const value = sum[measure];
    return value === null ? "–" : measure === "customers" ? number(value) : money(value);
  };
  return (
    <Panel title={t("insights.grid")} actions={<SegmentedControl size="xs" value={measure} onChange={(next) => setMeasure(next as Measure)} aria-label={t("insights.measure")} data={MEASURES.map((value) => ({ value, label: t(`insights.${value}`) }))} />}>
      <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": t("insights.grid"), role: "region" } }}>
        <Table aria-label={t("insights.grid")} withTableBorder withColumnBorders>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("insights.recency-by")}</Table.Th>
              {SCORES.map((frequency) => <Table.Th key={frequency} className="number">{frequency}</Table.Th>)}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {SCORES.map((recency) => (
              <Table.Tr key={recency}>
                <Table.Th scope="row">{recency}</Table.Th>
                {SCORES.map((frequency) => {
                  const sum = at(cells, recency, frequency);
                  const share = Math.round(darkness(cells, sum[measure], measure) * 55);
                  return <Table.Td key={frequency} className="number" style={{ background: `color-mix(in srgb, var(--crm-all) ${share}%, transparent)` }}>{shown(sum)}</Table.Td>;
                })}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <List size="sm">
        <List.Item>{t("insights.def-recency")}</List.Item>
        <List.Item>{t("insights.def-frequency")}</List.Item>
        <List.Item>{t("insights.def-money")}</List.Item>
      </List>
    </Panel>
  );
}

function Groups({ cells }: { cells: RfmCell[] }) {
  const { t, word, number, money, percent } = useTexts();
  const total = all(cells);
  return (
    <Panel title={t("insights.groups")}>
      <Rows label={t("insights.groups")} source={{ items: byGroup(cells) }} keyOf={(row) => row.group} empty=""
        columns={[
          { title: t("scores.group"), cell: (row) => word("rfm", row.group) },
          { title: t("insights.customers"), number: true, cell: (row) => number(row.customers) },
          { title: t("insights.share"), number: true, cell: (row) => percent(row.customers / total.customers) },
          { title: t("insights.money"), number: true, cell: (row) => money(row.money) },
          { title: t("insights.money-share"), number: true, cell: (row) => (total.money > 0 ? percent(row.money / total.money) : "–") },
          { title: t("insights.clv"), number: true, cell: (row) => (row.clv === null ? "–" : money(row.clv)) },
        ]} />
      <Text size="xs" c="dimmed">{t("scores.def-clv")}</Text>
    </Panel>
  );
}

const MODELS = ["rfm", "mbgnbd"] as const;

/** How the scores were found: each fit with its data, its quality on what it had not seen, or why it was refused. */
function Fits() {
  const { t, word, time, number } = useTexts();
  const can = useCan();
  const list = usePages<Fit>(["fits"], (after) => read(analytics.GET("/scores/fits", { params: { query: { limit: 20, ...(after ? { after } : {}) } } })), { refetchInterval: 10_000 });
  const ask = useChange<(typeof MODELS)[number], unknown>((model) => read(analytics.POST("/scores/fits", { body: { model } as never })), [["fits"]], () => notifications.show({ message: t("insights.asked") }));
  return (
    <Panel title={t("insights.fits")} actions={can("analytics:write") && <Group gap="xs">
      {MODELS.map((model) => <Button key={model} size="xs" variant="default" loading={ask.isPending && ask.variables === model} onClick={() => ask.mutate(model)}>{t("insights.fit-now", { model: word("model", model) })}</Button>)}
    </Group>}>
      <Rows label={t("insights.fits")} source={list} keyOf={(row) => row.id} empty={t("insights.no-fits")}
        columns={[
          { title: t("field.when"), cell: (row) => time(row.finished_at ?? row.requested_at) },
          { title: t("insights.model"), cell: (row) => word("model", row.model) },
          { title: t("field.state"), cell: (row) => <State value={row.state} /> },
          { title: t("insights.customers"), number: true, cell: (row) => (row.customers === null ? "–" : number(row.customers)) },
          { title: t("field.reason"), cell: (row) => <span className="breakable">{row.detail ?? quality(row)}</span> },
        ]} />
    </Panel>
  );
}

function quality(fit: Fit): string {
  return Object.entries(fit.quality ?? {}).filter(([, value]) => typeof value === "number").map(([name, value]) => `${name.replaceAll("_", " ")} ${Math.round((value as number) * 1000) / 1000}`).join(" · ");
}
