/** A customer at a glance: who, what is permitted, what they are worth, which segments, what happened, what was sent. */
import { Grid, Stack, Text } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type Customer } from "../../api/clients";
import { useCan } from "../../app/session";
import { useTexts, type TextKey } from "../../app/texts";
import { Go } from "../../components/Go";
import { Loaded, Waiting } from "../../components/Loaded";
import { Facts, Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { State } from "../../components/State";
import { consentsQuery } from "./Consents";
import { Membership, membershipsQuery } from "./Memberships";
import { MessagesTo } from "./MessagesTo";
import { shownAs, useLabels } from "./Profile";
import { Scores } from "./Scores";
import { Happenings } from "./Timeline";

const FEW = 5;
/** Who somebody is, before everything else that is known. */
const FIRST = ["given_name", "family_name", "legal_name", "city", "country", "language", "birth_date"];

export function Overview({ customer }: { customer: Customer }) {
  const can = useCan();
  const id = customer.customer_id;
  return (
    <Grid>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Stack>
          <Who customer={customer} />
          {can("privacy:read") && <Panelled title="customer.consents" tab="consents"><Permitted id={id} /></Panelled>}
          {can("analytics:read") && <Panelled title="scores.title"><Scores id={id} /></Panelled>}
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 7 }}>
        <Stack>
          {can("interactions:read") && <Panelled title="customer.latest" tab="timeline"><Happenings id={id} limit={FEW} /></Panelled>}
          {can("campaigns:read") && <Panelled title="customer.messages" tab="messages"><MessagesTo id={id} limit={FEW} /></Panelled>}
          {can("analytics:read") && <Panelled title="nav.segments" tab="segments"><In id={id} /></Panelled>}
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

function Panelled({ title, tab, children }: { title: TextKey; tab?: string; children: ReactNode }) {
  const { t } = useTexts();
  return (
    <Panel title={t(title)} actions={tab && <Go to="." search={{ tab } as never} aria-label={`${t("customer.all-of")} ${t(title)}`}>{t("customer.all-of")}</Go>}>
      {children}
    </Panel>
  );
}

function Who({ customer }: { customer: Customer }) {
  const { t, word } = useTexts();
  const labelOf = useLabels();
  const facts: [string, ReactNode][] = FIRST.flatMap((name) => {
    const value = customer.attributes[name];
    return value === undefined || value === null ? [] : [[labelOf(name), shownAs(value)] as [string, ReactNode]];
  });
  const names = customer.identifiers.slice(0, 6).map((one): [string, ReactNode] => [word("identifier", one.kind), `${one.value}${one.source ? ` (${one.source})` : ""}`]);
  return (
    <Panelled title="customer.who" tab="profile">
      {/* Two of a kind stand one below the other under one name. */}
      <Facts facts={joined([...facts, ...names])} />
      {facts.length + names.length === 0 && <Text size="sm" c="dimmed">{t("customer.no-attributes")}</Text>}
    </Panelled>
  );
}

function joined(facts: [string, ReactNode][]): [string, ReactNode][] {
  const under = new Map<string, ReactNode[]>();
  for (const [name, value] of facts) under.set(name, [...(under.get(name) ?? []), value]);
  return [...under].map(([name, values]) => [name, values.map((value, index) => <div key={index}>{value}</div>)]);
}

function Permitted({ id }: { id: string }) {
  const { t, word } = useTexts();
  const query = useInfiniteQuery(consentsQuery(id));
  const first = query.data?.pages[0];
  if (!first) return query.isError ? <ProblemNote error={query.error} retry={() => void query.refetch()} /> : <Waiting lines={2} />;
  if (first.erased) return <Text size="sm">{t("consents.erased")}</Text>;
  return (
    <Stack gap={6}>
      {first.restricted && <Text size="sm">{t("consents.restricted")}</Text>}
      {first.current.length === 0 && <Text size="sm" c="dimmed">{t("consents.none")}</Text>}
      <Facts facts={first.current.map((one) => [
        `${one.purpose}, ${word("channel", one.channel)}`,
        <><State value={one.permitted ? "granted" : "denied"} />{one.reason && ` · ${word("reason", one.reason)}`}</>,
      ])} />
    </Stack>
  );
}

function In({ id }: { id: string }) {
  const { t, time } = useTexts();
  const query = useQuery(membershipsQuery(id));
  return (
    <Loaded query={query}>
      {(items) => (items.length === 0
        ? <Text size="sm" c="dimmed">{t("memberships.none")}</Text>
        : <Stack gap="xs">{items.slice(0, FEW).map((one) => <Membership key={one.segment_id} customer={id} segment={one.segment_id} name={one.name} since={time(one.since)} />)}</Stack>)}
    </Loaded>
  );
}
