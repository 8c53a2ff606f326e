/** One publisher's last hour and day: counts by type and reason, and examples of what was refused. */
import { SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { interactions, read } from "../../api/clients";
import { useTexts } from "../../app/texts";
import { Loaded } from "../../components/Loaded";
import { Figure, Page, Panel } from "../../components/Page";
import { Rows } from "../../components/Rows";

const OUTCOMES = ["accepted", "recorded", "duplicate", "refused"] as const;

export function PublisherPage() {
  const { t, time, word, number } = useTexts();
  const { name } = useParams({ strict: false }) as { name: string };
  const query = useQuery({ queryKey: ["publishers", name], queryFn: () => read(interactions.GET("/publishers/{name}/activity", { params: { path: { name } } })), refetchInterval: 10_000 });
  return (
    <Page title={name} about={t("publishers.about")}>
      <Loaded query={query}>
        {(activity) => (
          <Stack>
            <SimpleGrid cols={{ base: 2, md: 4 }}>
              {OUTCOMES.map((outcome) => (
                <Figure key={outcome} label={t("publishers.day", { outcome: word("outcome", outcome) })} value={number(activity.day[outcome])}
                  note={t("publishers.rate", { count: number(Math.round(activity.hour[outcome] / 6) / 10) })} />
              ))}
            </SimpleGrid>
            <Panel title={t("publishers.counts")}>
              <Rows label={t("publishers.counts")} source={{ items: activity.counts }} keyOf={(row) => [row.door, row.outcome, row.kind, row.reason].join("\n")} empty={t("publishers.none")}
                columns={[
                  { title: t("field.state"), cell: (row) => word("outcome", row.outcome) },
                  { title: t("publishers.kind"), cell: (row) => row.kind },
                  { title: t("dead.reason"), cell: (row) => row.reason },
                  { title: t("publishers.door"), cell: (row) => row.door },
                  { title: "1 h", number: true, cell: (row) => number(row.hour) },
                  { title: "24 h", number: true, cell: (row) => number(row.day) },
                ]} />
            </Panel>
            <Panel title={t("publishers.examples")}>
              <Text size="sm" c="dimmed">{t("publishers.examples-about")}</Text>
              <Rows label={t("publishers.examples")} source={{ items: activity.examples }} keyOf={(row) => [row.kind, row.reason, row.where, row.what].join("\n")} empty={t("publishers.no-examples")}
                columns={[
                  { title: t("publishers.seen"), cell: (row) => time(row.seen_at) },
                  { title: t("dead.reason"), cell: (row) => row.reason },
                  { title: t("publishers.kind"), cell: (row) => row.kind },
                  { title: t("publishers.where"), cell: (row) => <code className="breakable">{row.where || "/"}</code> },
                  { title: t("publishers.what"), cell: (row) => <span className="breakable">{row.what}. {row.cure}</span> },
                  { title: t("publishers.times"), number: true, cell: (row) => number(row.times) },
                ]} />
            </Panel>
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}
