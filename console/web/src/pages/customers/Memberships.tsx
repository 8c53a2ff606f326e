/** The segments a customer is in, each with its reason; and when they entered and left. */
import { Button, Grid, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { analytics, read } from "../../api/clients";
import { usePages } from "../../api/hooks";
import { useTexts } from "../../app/texts";
import { Explanation } from "../segments/Explanation";
import { Go } from "../../components/Go";
import { Loaded } from "../../components/Loaded";
import { Panel } from "../../components/Page";
import { Empty, Rows } from "../../components/Rows";

export const membershipsQuery = (id: string) => ({
  queryKey: ["memberships", id],
  queryFn: () => read(analytics.GET("/customers/{customer_id}/segments", { params: { path: { customer_id: id } } })),
});

export function Memberships({ id }: { id: string }) {
  const { t, time, word } = useTexts();
  const params = { path: { customer_id: id } };
  const memberships = useQuery(membershipsQuery(id));
  const moves = usePages(["moves", id], (after) =>
    read(analytics.GET("/customers/{customer_id}/history", { params: { ...params, query: { limit: 50, ...(after ? { after } : {}) } as never } })));
  return (
    <Grid>
      <Grid.Col span={{ base: 12, md: 6 }}>
        <Stack>
          <Loaded query={memberships}>
            {(items) => (items.length === 0
              ? <Empty>{t("memberships.none")}</Empty>
              : items.map((one) => <Membership key={one.segment_id} customer={id} segment={one.segment_id} name={one.name} since={time(one.since)} />))}
          </Loaded>
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 6 }}>
        <Panel title={t("memberships.history")}>
          <Rows label={t("memberships.history")} source={moves} keyOf={(row) => String(row.id)} empty={t("memberships.no-history")}
            columns={[
              { title: t("field.when"), cell: (row) => time(row.at) },
              { title: t("memberships.change"), cell: (row) => word("move", row.change) },
              { title: t("segments.one"), cell: (row) => <Go to="/segments/$id" params={{ id: row.segment_id }}>{row.name}</Go> },
            ]} />
        </Panel>
      </Grid.Col>
    </Grid>
  );
}

export function Membership({ customer, segment, name, since }: { customer: string; segment: string; name: string; since: string }) {
  const { t } = useTexts();
  const [why, setWhy] = useState(false);
  return (
    <Panel actions={<Button size="compact-sm" variant="default" aria-expanded={why} onClick={() => setWhy(!why)}>{t("memberships.why")}</Button>}
      title={name}>
      <span>{t("memberships.since", { when: since })} · <Go to="/segments/$id" params={{ id: segment }}>{t("segments.open")}</Go></span>
      {why && <Explanation segment={segment} customer={customer} />}
    </Panel>
  );
}
