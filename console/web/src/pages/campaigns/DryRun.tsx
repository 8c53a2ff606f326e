/** What the gate would say of everybody now, without sending anything. */
import { Button, Grid, Group, Select, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { campaigns, read, type Campaign } from "../../api/clients";
import { useTexts } from "../../app/texts";
import { Figure, Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { CHOICES } from "../segments/Fields";
import { useWords } from "../segments/useWords";
import { sorted, total } from "./accounting";
import { draftOf, segmentOf } from "./draft";

export function DryRun({ campaign }: { campaign: Campaign }) {
  const { t, number } = useTexts();
  const { segments } = useWords();
  const own = segmentOf(draftOf(campaign).trigger);
  const [segment, setSegment] = useState(own);
  const run = useMutation({
    mutationFn: () => read(campaigns.POST("/campaigns/{campaign_id}/dry-run", {
      params: { path: { campaign_id: campaign.id } }, body: (segment === own ? {} : { segment_id: segment }) as never,
    })),
  });
  const found = run.data;
  return (
    <Stack>
      <Text size="sm" c="dimmed">{t("dry.about")}</Text>
      <Group align="flex-end">
        <Select label={t("dry.over")} w={280} searchable limit={CHOICES} allowDeselect={false} value={segment} onChange={setSegment} data={segments.map(([value, label]) => ({ value, label }))} />
        <Button disabled={!segment} loading={run.isPending} onClick={() => run.mutate()}>{t("dry.go")}</Button>
      </Group>
      {run.isError && <ProblemNote error={run.error} />}
      {found && (
        <>
          <SimpleGrid cols={{ base: 2, md: 4 }}>
            <Figure label={t("segments.members")} value={number(found.audience)} note={found.complete ? undefined : t("dry.partial", { count: number(found.audience) })} />
            <Figure label={t("dry.would")} value={number(found.would_send)} />
            <Figure label={t("dry.refused")} value={number(total(found.refused))} />
            <Figure label={t("dry.deferred")} value={number(total(found.deferred))} />
          </SimpleGrid>
          <Grid>
            <Reasons title={t("dry.refused")} parts={found.refused} />
            <Reasons title={t("dry.deferred")} parts={found.deferred} />
          </Grid>
        </>
      )}
    </Stack>
  );
}

function Reasons({ title, parts }: { title: string; parts: Record<string, number> }) {
  const { number, word } = useTexts();
  const rows = sorted(parts);
  return rows.length > 0 && (
    <Grid.Col span={{ base: 12, md: 6 }}>
      <Panel title={title}>
        <Table aria-label={title}><Table.Tbody>
          {rows.map(([reason, count]) => <Table.Tr key={reason}><Table.Td>{word("reason", reason)}</Table.Td><Table.Td className="number">{number(count)}</Table.Td></Table.Tr>)}
        </Table.Tbody></Table>
      </Panel>
    </Grid.Col>
  );
}
