/** Pairs of customers who are alike, one after the other: side by side, with the reasons, by mouse or by keyboard. */
import { Button, Group, NativeSelect, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { customers, read, type Duplicate } from "../../api/clients";
import { useChange, usePages } from "../../api/hooks";
import { useTexts, type Speech } from "../../app/texts";
import { Loaded, Waiting } from "../../components/Loaded";
import { Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { Empty } from "../../components/Rows";
import { MergeTable } from "./MergeTable";

const ALTERS = [["duplicates"], ["candidates"], ["merges"], ["customer"], ["customers"], ["needs"]];
const SCORES = ["0", "0.8", "0.95", "0.99"];

interface Decision {
  pair: Duplicate;
  survivor: string;
}

export function Proposals() {
  const { t, number, percent } = useTexts();
  const [least, setLeast] = useState("0");
  const [place, setPlace] = useState(0);
  const [working, setWorking] = useState(false);
  const pairs = usePages<Duplicate>(["duplicates", "list", least], (after) => read(customers.GET("/duplicates", { params: { query: { limit: 20, least_score: Number(least), ...(after ? { after } : {}) } } })));
  const counts = useQuery({ queryKey: ["duplicates", "counts"], queryFn: () => read(customers.GET("/duplicates/counts")) });
  const items = pairs.items;
  const last = Math.max(0, (items?.length ?? 1) - 1);
  const pair = items?.[Math.min(place, last)];
  function step(by: number) {
    setWorking(true);
    if (place + by > last) pairs.more?.();
    setPlace(Math.max(0, Math.min(place + by, pairs.more ? last + 1 : last)));
  }
  return (
    <Panel title={t("proposals.title")}>
      <Stack>
        <Group justify="space-between" align="flex-end">
          <Loaded query={counts}>
            {(found) => (
              <Text size="sm" c="dimmed">
                {t("proposals.counts", { open: number(found.open), confirmed: number(found.confirmed), rejected: number(found.rejected) })}
                {found.waiting > 0 && ` ${t("proposals.waiting", { count: number(found.waiting) })}`}
                {found.automatic && ` ${t("proposals.automatic")}`}
              </Text>
            )}
          </Loaded>
          <NativeSelect label={t("proposals.least")} value={least} onChange={(event) => { setLeast(event.currentTarget.value); setPlace(0); }}
            data={SCORES.map((score) => ({ value: score, label: score === "0" ? t("proposals.all") : percent(Number(score)) }))} />
        </Group>
        {pairs.isError && <ProblemNote error={pairs.error} retry={() => void pairs.refetch()} />}
        {!items && !pairs.isError && <Waiting />}
        {items?.length === 0 && <Empty>{t("duplicates.none")}</Empty>}
        {pair && <Proposal key={pair.duplicate_id} pair={pair} place={`${number(Math.min(place, last) + 1)} / ${number(items?.length ?? 0)}${pairs.more ? "+" : ""}`} step={step} working={working} decided={() => setWorking(true)} />}
      </Stack>
    </Panel>
  );
}

interface Shown {
  pair: Duplicate;
  place: string;
  step: (by: number) => void;
  working: boolean;
  decided: () => void;
}

function Proposal({ pair, place, step, working, decided }: Shown) {
  const speech = useTexts();
  const { t, percent } = speech;
  const panel = useRef<HTMLDivElement>(null);
  const [survivor, setSurvivor] = useState(pair.survivor ?? pair.customer_id);
  const absorbed = survivor === pair.customer_id ? pair.other_id : pair.customer_id;
  const merge = useChange(({ pair: chosen, survivor: stays }: Decision) => read(customers.POST("/duplicates/{duplicate_id}/confirm", {
    params: { path: { duplicate_id: chosen.duplicate_id } }, body: { survivor: stays, dry_run: false },
  })), ALTERS, decided);
  const reject = useChange((chosen: Duplicate) => read(customers.POST("/duplicates/{duplicate_id}/reject", { params: { path: { duplicate_id: chosen.duplicate_id } } })), ALTERS, decided);
  // Whoever decides one pair goes on with the next: the keys still work there.
  useEffect(() => { if (working) panel.current?.focus(); }, [working]);
  const busy = merge.isPending || reject.isPending;
  const acts = {
    m: () => merge.mutate({ pair, survivor }),
    n: () => reject.mutate(pair),
    s: () => setSurvivor(absorbed),
    j: () => step(1),
    k: () => step(-1),
  };
  function press(event: KeyboardEvent) {
    const key = event.key.toLowerCase();
    if (!(key in acts) || (busy && !"jk".includes(key)) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    acts[key as keyof typeof acts]();
  }
  return (
    // Letters work while the focus is inside, so that nobody who speaks or types elsewhere merges anything.
    <Stack ref={panel} tabIndex={0} role="group" aria-label={t("proposals.pair", { place })} onKeyDown={press}>
      <Group justify="space-between">
        <Text fw={600}>{t("proposals.score", { score: percent(pair.score) })}</Text>
        <Text size="sm" c="dimmed">{place}</Text>
      </Group>
      <Group gap="md">
        {pair.fields.map((field) => (
          <Text key={field.field} size="sm" component="span">
            <span className={`dot dot-${field.points > 0 ? "green" : "red"}`} aria-hidden="true" />{reason(field, speech)}
          </Text>
        ))}
      </Group>
      <MergeTable survivor={survivor} absorbed={absorbed} />
      {merge.isError && <ProblemNote error={merge.error} />}
      {reject.isError && <ProblemNote error={reject.error} />}
      <Group>
        <Button loading={merge.isPending} onClick={acts.m}>{t("duplicates.merge")} (M)</Button>
        <Button variant="default" loading={reject.isPending} onClick={acts.n}>{t("duplicates.dismiss")} (N)</Button>
        <Button variant="default" onClick={acts.s}>{t("duplicates.swap")} (S)</Button>
        <Button variant="default" onClick={acts.k}>{t("proposals.before")} (K)</Button>
        <Button variant="default" onClick={acts.j}>{t("proposals.next")} (J)</Button>
      </Group>
      <Text size="sm" c="dimmed">{t("proposals.keys")}</Text>
    </Stack>
  );
}

function reason(field: Duplicate["fields"][number], { word, number }: Speech): string {
  return `${word("compared", field.field)}: ${word("agreement", field.agreement)} (${field.points > 0 ? "+" : ""}${number(field.points)})`;
}
