/** What happens now, what needs somebody, and what runs. */
import { Grid, SimpleGrid, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { analytics, campaigns, interactions, read, type Campaign, type Segment, type Stats } from "../../api/clients";
import { usePages } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Go } from "../../components/Go";
import { Loaded } from "../../components/Loaded";
import { Figure, Page, Panel } from "../../components/Page";
import { Empty, Rows } from "../../components/Rows";
import { State } from "../../components/State";
import { FirstSteps } from "./FirstSteps";
import { Monday } from "./Monday";
import { Needs } from "./Needs";

const LOOK_AGAIN_MS = 5_000;

export function Home() {
  const { t } = useTexts();
  const can = useCan();
  return (
    <Page title={t("nav.home")} about={t("home.about")}>
      <FirstSteps />
      <Monday />
      {can("interactions:read") && <Happening />}
      <Grid>
        <Grid.Col span={{ base: 12, md: 6 }}>
          <Stack><Needs />{can("campaigns:read") && <Running />}</Stack>
        </Grid.Col>
        {can("analytics:read") && <Grid.Col span={{ base: 12, md: 6 }}><Largest /></Grid.Col>}
      </Grid>
    </Page>
  );
}

function Happening() {
  const stats = useQuery({
    queryKey: ["stats"],
    queryFn: () => read(interactions.GET("/stats")),
    refetchInterval: LOOK_AGAIN_MS,
  });
  return <Loaded query={stats}>{(data) => <Figures stats={data} />}</Loaded>;
}

function Figures({ stats }: { stats: Stats }) {
  const { t, number, money, word } = useTexts();
  if (stats.interactions === 0) return <Empty>{t("home.first")}</Empty>;
  const live = stats.counts.filter((count) => count.origin === "live");
  const of = (kind: string) => live.filter((count) => count.kind === kind).reduce((sum, count) => sum + count.interactions, 0);
  const revenue = live.reduce((sum, count) => sum + (count.kind === "purchase" ? count.base_amount : count.kind === "return" ? -count.base_amount : 0), 0);
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }}>
      <Figure label={t("home.recorded")} value={number(live.reduce((sum, count) => sum + count.interactions, 0))} note={t("home.live")} />
      <Figure label={t("home.revenue")} value={money(revenue)} note={`${number(of("purchase"))} ${word("kinds", "purchase")}`} />
      <Figure label={t("home.sent")} value={number(of("exposure"))} />
      <Figure label={t("home.responses")} value={number(of("response"))} />
    </SimpleGrid>
  );
}

function Running() {
  const { t } = useTexts();
  const list = usePages<Campaign>(["campaigns", "running"], () => read(campaigns.GET("/campaigns", { params: { query: { state: "running", limit: 20 } } })));
  return (
    <Panel title={t("home.running")}>
      <Rows label={t("home.running")} source={{ ...list, more: undefined }} keyOf={(row) => row.id} empty={<Go to="/campaigns">{t("campaigns.first")}</Go>}
        columns={[
          { title: t("field.name"), cell: (row) => <Go to="/campaigns/$id" params={{ id: row.id }}>{String(row.definition.name)}</Go> },
          { title: t("field.state"), cell: (row) => <State value={row.state} /> },
        ]} />
    </Panel>
  );
}

function Largest() {
  const { t, number } = useTexts();
  const list = usePages<Segment>(["segments", "home"], () => read(analytics.GET("/segments", { params: { query: { limit: 100 } } })));
  const items = list.items?.toSorted((a, b) => (b.members ?? 0) - (a.members ?? 0)).slice(0, 8);
  return (
    <Panel title={t("home.segments")}>
      <Rows label={t("home.segments")} source={{ ...list, items, more: undefined }} keyOf={(row) => row.id} empty={<Go to="/segments">{t("segments.first")}</Go>}
        columns={[
          { title: t("field.name"), cell: (row) => <Go to="/segments/$id" params={{ id: row.id }}>{row.name}</Go> },
          { title: t("segments.members"), number: true, cell: (row) => (row.members === null ? "–" : number(row.members)) },
        ]} />
    </Panel>
  );
}
