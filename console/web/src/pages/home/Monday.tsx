/** The owner's Monday: last week beside the same week a year before, and who comes back. */
import { SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { analytics, ask, read } from "../../api/clients";
import { sessionQuery } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Loaded } from "../../components/Loaded";
import { Figure, Panel } from "../../components/Page";
import { change, lastWeek, monthsBefore, OFFSETS } from "./week";

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function Monday() {
  const owner = useQuery(sessionQuery).data?.roles.includes("owner");
  // Business time: in a demonstration it is another day.
  const clock = useQuery({ queryKey: ["clock"], queryFn: () => ask<{ now: string }>("/clock"), enabled: owner === true });
  return owner && clock.data ? <Figures now={new Date(clock.data.now)} /> : null;
}

function Figures({ now }: { now: Date }) {
  const { t, date } = useTexts();
  const week = lastWeek(now);
  const revenue = useQuery({
    queryKey: ["monday", week],
    queryFn: () => read(analytics.GET("/insights/revenue", { params: { query: { by: "week", zone: ZONE, from: week, to: week } } })),
  });
  const period = revenue.data?.periods[0];
  // A new installation has nothing to look back at; its first steps stand above.
  if (period && period.figures.orders === 0 && period.year_before.orders === 0) return null;
  return (
    <Panel title={t("monday.title", { first: date(`${week}T12:00`) })}>
      <Loaded query={revenue}>{() => (period ? <Stack><Week now={period.figures} before={period.year_before} /><Cohorts now={now} /></Stack> : null)}</Loaded>
    </Panel>
  );
}

interface Numbers { revenue: number; margin: number | null; uncosted: number; new: number; repeat: number; lost: number }

function Week({ now, before }: { now: Numbers; before: Numbers }) {
  const { t, money, number, percent } = useTexts();
  const beside = (a: number | null, b: number | null, shown: (value: number) => string) => {
    if (b === null) return t("monday.before", { value: "–" });
    const grown = a === null ? null : change(a, b);
    return `${t("monday.before", { value: shown(b) })}${grown === null ? "" : ` · ${grown > 0 ? "+" : ""}${percent(grown)}`}`;
  };
  return (
    <SimpleGrid cols={{ base: 2, md: 5 }}>
      <Figure label={t("monday.revenue")} value={money(now.revenue)} note={beside(now.revenue, before.revenue, money)} />
      <Figure label={t("monday.margin")} value={now.margin === null ? "–" : money(now.margin)}
        note={now.margin === null ? t("monday.uncosted", { value: money(now.uncosted) }) : beside(now.margin, before.margin, money)} />
      {(["new", "repeat", "lost"] as const).map((name) => (
        <Figure key={name} label={t(`monday.${name}`)} value={number(now[name])} note={beside(now[name], before[name], number)} />
      ))}
    </SimpleGrid>
  );
}

function Cohorts({ now }: { now: Date }) {
  const { t, number, percent } = useTexts();
  const from = monthsBefore(now, 7);
  const query = useQuery({
    queryKey: ["monday", "cohorts", from],
    queryFn: () => read(analytics.GET("/insights/cohorts", { params: { query: { by: "month", zone: ZONE, from } } })),
  });
  return (
    <Loaded query={query}>
      {({ cohorts }) => (cohorts.length === 0 ? null : (
        <Table.ScrollContainer minWidth={480} scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": t("monday.cohorts"), role: "region" } }}>
          <Text size="sm" c="dimmed">{t("monday.cohorts")}</Text>
          <Table aria-label={t("monday.cohorts")}>
            <Table.Thead><Table.Tr>
              <Table.Th>{t("monday.first")}</Table.Th><Table.Th className="number">{t("insights.customers")}</Table.Th>
              {OFFSETS.map((offset) => <Table.Th key={offset} className="number">{`+${offset}`}</Table.Th>)}
            </Table.Tr></Table.Thead>
            <Table.Tbody>
              {cohorts.map((cohort) => (
                <Table.Tr key={cohort.period}>
                  <Table.Th scope="row">{cohort.period.slice(0, 7)}</Table.Th>
                  <Table.Td className="number">{number(cohort.customers)}</Table.Td>
                  {OFFSETS.map((offset) => {
                    const cell = cohort.cells.find((one) => one.offset === offset);
                    return <Table.Td key={offset} className="number">{cell ? percent(cell.share) : "–"}</Table.Td>;
                  })}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      ))}
    </Loaded>
  );
}
