/** One case: what it is about, what was said, and what can be done with it. */
import { Button, Grid, Group, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { interactions, read, type CaseChange, type CaseShown } from "../../api/clients";
import { useChange, usePages } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { CustomerName } from "../../components/CustomerName";
import { Loaded } from "../../components/Loaded";
import { Facts, Page, Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { Rows } from "../../components/Rows";
import { State } from "../../components/State";
import { PRIORITIES } from "./OpenCase";

type CaseState = CaseShown["state"];

const MOVES: Record<CaseState, CaseState[]> = {
  open: ["pending", "solved", "closed"],
  pending: ["open", "solved", "closed"],
  solved: ["closed", "reopened"],
  closed: ["reopened"],
  reopened: ["pending", "solved", "closed"],
};
const DIRECTIONS = ["in", "out", "note"] as const;

export function CasePage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { word } = useTexts();
  const query = useQuery({ queryKey: ["cases", id], queryFn: () => read(interactions.GET("/cases/{case_id}", { params: { path: { case_id: id } } })), refetchInterval: 10_000 });
  return (
    <Loaded query={query}>
      {(shown) => (
        <Page title={shown.subject} about={<Group gap="md"><State value={shown.state} />{shown.overdue && <State value="overdue" />}<span>{word("case-kind", shown.kind)}</span><CustomerName id={shown.customer_id} /></Group>}>
          <Grid>
            <Grid.Col span={{ base: 12, md: 7 }}><Said id={id} /></Grid.Col>
            <Grid.Col span={{ base: 12, md: 5 }}><Stack><Work key={shown.version} shown={shown} /><Steps shown={shown} /></Stack></Grid.Col>
          </Grid>
        </Page>
      )}
    </Loaded>
  );
}

function Work({ shown }: { shown: CaseShown }) {
  const { t, time, word } = useTexts();
  const may = useCan()("cases:write");
  const [owner, setOwner] = useState(shown.owner ?? "");
  const change = useChange<CaseChange, unknown>((body) => read(interactions.PATCH("/cases/{case_id}", { params: { path: { case_id: shown.id } }, body: { version: shown.version, ...body } })), [["cases"]]);
  return (
    <Panel title={t("field.state")}>
      <Facts facts={[[t("case.due"), time(shown.due_at)], [t("case.opened"), `${time(shown.opened_at)}, ${shown.opened_by}`], [t("case.reopened"), String(shown.reopened)], [t("case.owner"), shown.owner ?? "–"], [t("case.priority"), word("priority", shown.priority)]]} />
      {may && (
        <>
          <Group gap="xs">
            {MOVES[shown.state].map((state) => <Button key={state} size="xs" variant="default" loading={change.isPending} onClick={() => change.mutate({ state })}>{word("move", state)}</Button>)}
          </Group>
          <Group gap="xs" align="flex-end">
            <TextInput label={t("case.owner")} value={owner} maxLength={100} onChange={(event) => setOwner(event.currentTarget.value)} />
            <Button size="sm" variant="default" disabled={owner.trim() === (shown.owner ?? "")} onClick={() => change.mutate({ owner: owner.trim() || null })}>{t("action.save")}</Button>
          </Group>
          <Select label={t("case.priority")} allowDeselect={false} value={shown.priority} data={PRIORITIES.map((value) => ({ value, label: word("priority", value) }))}
            onChange={(next) => change.mutate({ priority: PRIORITIES.find((one) => one === next) ?? shown.priority })} />
        </>
      )}
      {change.isError && <ProblemNote error={change.error} />}
    </Panel>
  );
}

function Said({ id }: { id: string }) {
  const { t, time, word } = useTexts();
  const may = useCan()("cases:write");
  const [direction, setDirection] = useState<(typeof DIRECTIONS)[number]>("out");
  const [text, setText] = useState("");
  const list = usePages(["cases", id, "messages"], (after) => read(interactions.GET("/cases/{case_id}/messages", { params: { path: { case_id: id }, query: { ...(after ? { after } : {}) } } })));
  const write = useChange<void, unknown>(() => read(interactions.POST("/cases/{case_id}/messages", { params: { path: { case_id: id } }, body: { direction, text } })), [["cases"]], () => setText(""));
  return (
    <Panel title={t("case.messages")}>
      <Rows label={t("case.messages")} source={list} keyOf={(row) => row.id} empty={t("case.no-messages")}
        columns={[
          { title: t("field.when"), cell: (row) => time(row.at) },
          { title: t("field.who"), cell: (row) => `${word("said", row.direction)} (${row.by})` },
          { title: t("case.text"), cell: (row) => <span className="breakable" style={{ whiteSpace: "pre-wrap" }}>{row.text}</span> },
        ]} />
      {may && (
        <Stack gap="xs">
          <Select label={t("field.who")} allowDeselect={false} value={direction} onChange={(next) => setDirection(DIRECTIONS.find((one) => one === next) ?? "note")} data={DIRECTIONS.map((value) => ({ value, label: word("said", value) }))} />
          <Textarea label={t("case.text")} autosize minRows={3} maxLength={10_000} value={text} onChange={(event) => setText(event.currentTarget.value)} />
          <Text size="xs" c="dimmed">{t("case.reminder")}</Text>
          {write.isError && <ProblemNote error={write.error} />}
          <Group><Button loading={write.isPending} disabled={!text.trim()} onClick={() => write.mutate()}>{t("case.write")}</Button></Group>
        </Stack>
      )}
    </Panel>
  );
}

function Steps({ shown }: { shown: CaseShown }) {
  const { t, time } = useTexts();
  return (
    <Panel title={t("case.history")}>
      <Rows label={t("case.history")} source={{ items: shown.steps.toReversed() }} keyOf={(row) => row.at + Object.keys(row.what).join()} empty=""
        columns={[
          { title: t("field.when"), cell: (row) => time(row.at) },
          { title: t("field.who"), cell: (row) => row.by },
          { title: t("case.text"), cell: (row) => Object.entries(row.what).map(([name, values]) => [name, ...values.map((value) => String(value ?? "–")).slice(-1)].join(": ")).join(", ") },
        ]} />
    </Panel>
  );
}
