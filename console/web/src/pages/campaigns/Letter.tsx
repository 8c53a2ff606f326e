/** The letter: its template, how it looks for a customer, and a test to oneself. */
import { Button, Grid, Group, SegmentedControl, Select, Stack, TagsInput, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { analytics, campaigns, read, type Campaign } from "../../api/clients";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { customerQuery } from "../../components/CustomerName";
import { Loaded } from "../../components/Loaded";
import { Facts, Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { draftOf, segmentOf } from "./draft";

/** How many of the segment are offered for a preview. */
const SOME = 8;

export function Letter({ campaign }: { campaign: Campaign }) {
  const { t } = useTexts();
  const can = useCan();
  const navigate = useNavigate();
  const { customer } = useSearch({ strict: false }) as { customer?: string };
  const { content, trigger } = draftOf(campaign);
  return (
    <Grid>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Stack>
          <Panel title={t("letter.template")}>
            <Facts facts={[[t("letter.subject"), content.subject]]} />
            <pre className="mono pre">{content.text}</pre>
          </Panel>
          {can("campaigns:send") && <TestSend campaign={campaign} customer={customer ?? null} />}
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 7 }}>
        <Panel title={t("letter.for")}>
          <Recipient segment={segmentOf(trigger)} value={customer ?? null} choose={(next) => void navigate({ to: ".", search: { tab: "letter", customer: next ?? undefined } as never, replace: true })} />
          {customer && <Preview key={`${customer} ${campaign.version}`} campaign={campaign} customer={customer} />}
        </Panel>
      </Grid.Col>
    </Grid>
  );
}

/** Some of the segment to choose from; any other customer by id. */
function Recipient({ segment, value, choose }: { segment: string | null; value: string | null; choose: (id: string | null) => void }) {
  const { t } = useTexts();
  const [typed, setTyped] = useState("");
  const can = useCan();
  const members = useQuery({
    queryKey: ["segments", "some", segment],
    enabled: Boolean(segment) && can("analytics:read"),
    queryFn: async () => {
      const page = await read(analytics.GET("/segments/{segment_id}/members", { params: { path: { segment_id: segment! }, query: { limit: SOME } } }));
      return page.items.slice(0, SOME).map((one) => one.customer_id);
    },
  }).data ?? [];
  const shown = [...new Set([...(value ? [value] : []), ...members, ...(/^[0-9a-f-]{36}$/i.test(typed) ? [typed] : [])])];
  const names = useNames(shown);
  return (
    <Select label={t("field.customer")} placeholder={t("letter.for-hint")} searchable clearable clearButtonProps={{ "aria-label": t("action.remove") }}
      value={value} onChange={choose} searchValue={typed} onSearchChange={(text) => setTyped(text.trim())}
      data={shown.map((id) => ({ value: id, label: names.get(id) ?? id }))} />
  );
}

function useNames(ids: string[]): Map<string, string> {
  const query = useQuery({
    queryKey: ["names", ...ids],
    enabled: ids.length > 0,
    queryFn: async () => {
      const found = await Promise.all(ids.map(async (id) => [id, (await customerQuery(id).queryFn().catch(() => null))?.name ?? id] as const));
      return new Map(found);
    },
  });
  return query.data ?? new Map<string, string>();
}

function Preview({ campaign, customer }: { campaign: Campaign; customer: string }) {
  const { t } = useTexts();
  const [view, setView] = useState("html");
  const query = useQuery({
    queryKey: ["letter", campaign.id, campaign.version, customer],
    queryFn: () => read(campaigns.POST("/campaigns/{campaign_id}/preview", { params: { path: { campaign_id: campaign.id } }, body: { customer_id: customer } })),
  });
  return (
    <Loaded query={query}>
      {(letter) => (
        <Stack gap="xs">
          <Text fw={600}>{letter.subject}</Text>
          {letter.html !== null && <SegmentedControl size="xs" value={view} onChange={setView} aria-label={t("campaign.letter")} style={{ alignSelf: "flex-start" }}
            data={[{ value: "html", label: t("letter.html") }, { value: "text", label: t("letter.text") }]} />}
          {letter.html !== null && view === "html"
            ? <iframe className="letter" title={t("letter.html")} sandbox="" src={`/letters/${campaign.id}/${customer}`} />
            : <pre className="mono pre">{letter.text}</pre>}
          {letter.html === null && <Text size="xs" c="dimmed">{t("letter.no-html")}</Text>}
        </Stack>
      )}
    </Loaded>
  );
}

function TestSend({ campaign, customer }: { campaign: Campaign; customer: string | null }) {
  const { t } = useTexts();
  const [seeds, setSeeds] = useState<string[]>([]);
  const send = useMutation({
    mutationFn: () => read(campaigns.POST("/campaigns/{campaign_id}/test-send", { params: { path: { campaign_id: campaign.id } }, body: { seeds, customer_id: customer } })),
  });
  return (
    <Panel title={t("letter.test")}>
      <TagsInput label={t("letter.test-to")} value={seeds} onChange={setSeeds} acceptValueOnBlur splitChars={[",", " ", ";"]} />
      {send.isError && <ProblemNote error={send.error} />}
      {send.data?.results.map((one) => <Text key={one.address} size="sm">{t("letter.outcome", { address: one.address, outcome: one.detail ?? one.outcome })}</Text>)}
      <Group><Button variant="default" disabled={seeds.length === 0} loading={send.isPending} onClick={() => send.mutate()}>{t("letter.test-go")}</Button></Group>
    </Panel>
  );
}
