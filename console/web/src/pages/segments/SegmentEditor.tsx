/** Making a segment: the rule as a form or as JSON, in words, with its count and some members while typing. */
import { Alert, Button, Grid, Group, JsonInput, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { analytics, read, type Segment } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { asProblem } from "../../api/problem";
import { useTexts } from "../../app/texts";
import { CustomerName } from "../../components/CustomerName";
import { GoButton } from "../../components/Go";
import { Loaded } from "../../components/Loaded";
import { Page, Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { segmentTemplate } from "../../templates/templates";
import { AddRule, Branch } from "./Builder";
import { segmentQuery } from "./SegmentPage";
import { sentenceOf } from "./sentences";
import { pathOf, type Node } from "./tree";
import { useWords } from "./useWords";

export function NewSegment() {
  const { template } = useSearch({ strict: false }) as { template?: string };
  const { pair } = useTexts();
  const chosen = segmentTemplate(template);
  const first = chosen && { name: pair(chosen.name), description: pair(chosen.about), definition: chosen.definition as Node };
  return <Editor key={template} segment={null} {...(first ? { first } : {})} />;
}

export function EditSegment() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery(segmentQuery(id));
  return <Loaded query={query}>{(segment) => <Editor key={segment.id} segment={segment} />}</Loaded>;
}

function Editor({ segment, first }: { segment: Segment | null; first?: { name: string; description: string; definition: Node } }) {
  const { t } = useTexts();
  const words = useWords();
  const navigate = useNavigate();
  const [name, setName] = useState(segment?.name ?? first?.name ?? "");
  const [description, setDescription] = useState(segment?.description ?? first?.description ?? "");
  const [root, setRoot] = useState<Node | null>((segment?.definition as Node | undefined) ?? first?.definition ?? null);
  const [view, setView] = useState("form");
  const preview = usePreview(root);
  const faults = preview.isError ? asProblem(preview.error).faults : [];
  const save = useChange<void, Segment>(
    () => {
      const body = { name, description: description || null, definition: root as never };
      return segment
        ? read(analytics.PATCH("/segments/{segment_id}", { params: { path: { segment_id: segment.id } }, body }))
        : read(analytics.POST("/segments", { body }));
    },
    [["segments"]],
    (saved) => {
      notifications.show({ message: t("segments.saved-fills") });
      void navigate({ to: "/segments/$id", params: { id: saved.id } });
    },
  );
  return (
    <Page title={segment ? segment.name : t("segments.new")} actions={<>
      <GoButton variant="default" to={segment ? "/segments/$id" : "/segments"} params={segment ? { id: segment.id } : {}}>{t("action.cancel")}</GoButton>
      <Button disabled={!root || name.trim() === "" || faults.length > 0} loading={save.isPending} onClick={() => save.mutate()}>{t("action.save")}</Button>
    </>}>
      {save.isError && <ProblemNote error={save.error} />}
      <Grid>
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Stack>
            <Group grow align="flex-start">
              <TextInput label={t("field.name")} required value={name} onChange={(event) => setName(event.currentTarget.value)} />
              <TextInput label={t("segments.description")} value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
            </Group>
            <Panel title={t("segments.rule")} actions={<SegmentedControl size="xs" value={view} onChange={setView} aria-label={t("segments.rule")}
              data={[{ value: "form", label: t("segments.form") }, { value: "json", label: t("segments.json") }]} />}>
              {view === "json" ? <AsJson root={root} set={setRoot} /> : <AsForm root={root} set={setRoot} words={words} faults={faults} />}
            </Panel>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack pos="sticky" top={70}>
            {root && <Panel title={t("segments.reads")}><Text className="sentence">{sentenceOf(root, words)}</Text></Panel>}
            <Preview preview={preview} root={root} />
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
  );
}

function AsForm({ root, set, words, faults }: { root: Node | null; set: (root: Node | null) => void; words: ReturnType<typeof useWords>; faults: { where: string; what: string; cure: string }[] }) {
  const { t } = useTexts();
  if (!words.vocabulary) return null;
  const atNode = faults.map((fault) => ({ path: pathOf(fault.where).join("/"), text: fault.cure ? `${fault.what}: ${fault.cure}` : fault.what }));
  if (!root) {
    return (
      <Stack align="flex-start">
        <Text size="sm" c="dimmed">{t("segments.empty")}</Text>
        <AddRule add={set} />
      </Stack>
    );
  }
  return <Branch root={root} path={[]} change={set} knowledge={words} faults={atNode} />;
}

function AsJson({ root, set }: { root: Node | null; set: (root: Node | null) => void }) {
  const { t } = useTexts();
  const [text, setText] = useState(JSON.stringify(root ?? {}, null, 2));
  const [wrong, setWrong] = useState<string | null>(null);
  function type(next: string) {
    setText(next);
    try {
      set(JSON.parse(next) as Node);
      setWrong(null);
    } catch (error) {
      setWrong(t("segments.json-bad", { what: (error as Error).message }));
    }
  }
  return <JsonInput aria-label={t("segments.json")} value={text} onChange={type} error={wrong} autosize minRows={12} formatOnBlur={false} classNames={{ input: "mono" }} spellCheck={false} />;
}

function usePreview(root: Node | null) {
  const [settled] = useDebouncedValue(root, 350);
  return useQuery({
    queryKey: ["preview", settled],
    queryFn: ({ signal }) => read(analytics.POST("/segments/preview", { body: { definition: settled as never, sample: 5 }, signal })),
    enabled: settled !== null,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

function Preview({ preview, root }: { preview: ReturnType<typeof usePreview>; root: Node | null }) {
  const { t, number } = useTexts();
  if (!root) return null;
  const found = preview.data;
  return (
    <Panel title={t("segments.preview")}>
      {preview.isError && (asProblem(preview.error).status === 422
        ? <Alert color="yellow">{asProblem(preview.error).detail}</Alert>
        : <ProblemNote error={preview.error} retry={() => void preview.refetch()} />)}
      {found && !preview.isError && (
        <div aria-live="polite" style={{ opacity: preview.isFetching ? 0.6 : 1 }}>
          <div className="figure" data-testid="preview-count">{number(found.members)}</div>
          <Text size="sm" c="dimmed">{t("segments.of", { count: number(found.customers) })}</Text>
          <Text size="xs" c="dimmed">{found.exact ? t("segments.exact") : t("segments.between", { low: number(found.low), high: number(found.high) })}</Text>
          {found.sample.length > 0 && (
            <Stack gap={2} mt="sm">
              <Text size="sm" fw={600}>{t("segments.sample")}</Text>
              {found.sample.map((id) => <CustomerName key={id} id={id} />)}
            </Stack>
          )}
        </div>
      )}
    </Panel>
  );
}
