/** The audience's account: everybody who entered is somewhere, with the reason. */
import { Alert, Grid, Group, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { campaigns, read, type Report } from "../../api/clients";
import { useTexts } from "../../app/texts";
import { Loaded } from "../../components/Loaded";
import { Figure, Panel } from "../../components/Page";
import { Empty } from "../../components/Rows";
import { accountOf, addsUp, sorted, type Account } from "./accounting";

const PARTS = [
  ["sent", "report.sent", "green"], ["refused", "report.not-sent", "yellow"], ["failed", "report.failed", "red"],
  ["unknown", "report.unknown", "gray"], ["waiting", "report.waiting", "blue"],
] as const satisfies [keyof Account, string, string][];

export function CampaignReport({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ["report", id],
    queryFn: () => read(campaigns.GET("/campaigns/{campaign_id}/report", { params: { path: { campaign_id: id } } })),
    refetchInterval: 3_000,
  });
  return <Loaded query={query}>{(report) => <Shown report={report} />}</Loaded>;
}

function Shown({ report }: { report: Report }) {
  const { t, number } = useTexts();
  const account = accountOf(report);
  if (report.audience === 0) return <Empty>{t("report.nobody")}</Empty>;
  const figures = Object.fromEntries(Object.entries({ ...account, audience: report.audience }).map(([name, count]) => [name, number(count)]));
  return (
    <Stack>
      <SimpleGrid cols={{ base: 2, sm: 3, md: 6 }}>
        <Figure label={t("report.entered")} value={number(report.audience)} />
        {PARTS.map(([part, text]) => <Figure key={part} label={t(text)} value={number(account[part])} />)}
      </SimpleGrid>
      <Panel title={t("report.accounting")}>
        <div className="bar" aria-hidden="true">
          {PARTS.map(([part, , color]) => account[part] > 0 && <div key={part} className={`dot-${color}`} style={{ width: `${(100 * account[part]) / report.audience}%` }} />)}
        </div>
        <Group gap="md">{PARTS.map(([part, text, color]) => <Group gap={0} key={part}><span className={`dot dot-${color}`} aria-hidden="true" /><Text size="sm">{t(text)}</Text></Group>)}</Group>
        <Text size="sm">{t("report.adds-up", figures)}</Text>
        {!addsUp(report) && <Alert color="red" role="alert">{t("report.does-not")}</Alert>}
      </Panel>
      <Grid>
        <Parts title={t("report.why")} group="reason" parts={report.refused} />
        <Parts title={t("report.waits-for")} group="reason" parts={report.waiting} />
        <Parts title={t("report.failed")} group="reason" parts={report.failed} />
        <Parts title={t("report.late")} group="reason" parts={report.too_late_after} />
        <Parts title={t("report.responses")} group="response" parts={report.responses} of={account.sent} empty={t("report.no-responses")} />
        <Parts title={t("report.links")} group="link" parts={report.links} of={account.sent} />
      </Grid>
    </Stack>
  );
}

function Parts({ title, group, parts, of, empty }: { title: string; group: string; parts: Record<string, number>; of?: number; empty?: string }) {
  const { t, number, percent, word } = useTexts();
  const rows = sorted(parts);
  if (rows.length === 0 && !empty) return null;
  return (
    <Grid.Col span={{ base: 12, md: 6 }}>
      <Panel title={title}>
        {rows.length === 0 ? <Text size="sm" c="dimmed">{empty}</Text> : (
          <Table aria-label={title}>
            {of !== undefined && <Table.Thead><Table.Tr><Table.Th>{t("field.kind")}</Table.Th><Table.Th className="number">{t("home.count")}</Table.Th><Table.Th className="number">{t("report.share")}</Table.Th></Table.Tr></Table.Thead>}
            <Table.Tbody>
              {rows.map(([name, count]) => (
                <Table.Tr key={name}>
                  <Table.Td className="breakable">{group === "link" ? name : word(group, name)}</Table.Td>
                  <Table.Td className="number">{number(count)}</Table.Td>
                  {of !== undefined && <Table.Td className="number">{of > 0 ? percent(count / of) : "–"}</Table.Td>}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Panel>
    </Grid.Col>
  );
}
