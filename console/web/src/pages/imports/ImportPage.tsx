/** One import on its way: what the columns mean, what the rows would come to, the run, and what came of it. */
import { Alert, Button, Group, Progress, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import type { ImportShown } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { NoPage } from "../../app/Guarded";
import { useTexts } from "../../app/texts";
import { Confirm } from "../../components/Confirm";
import { Go, GoButton } from "../../components/Go";
import { Loaded } from "../../components/Loaded";
import { Page, Panel } from "../../components/Page";
import { State } from "../../components/State";
import { Steps } from "../../components/Steps";
import { Columns } from "./Columns";
import { importQuery, IMPORTS, isBusy, isKind, type Kind } from "./doors";
import { Outcome } from "./Outcome";

export function ImportPage() {
  const { kind, id } = useParams({ strict: false }) as { kind?: string; id: string };
  return isKind(kind) ? <Import kind={kind} id={id} /> : <NoPage />;
}

function Import({ kind, id }: { kind: Kind; id: string }) {
  const query = useQuery({ ...importQuery(kind, id), refetchInterval: (found) => (found.state.data && isBusy(found.state.data.state) ? 700 : 10_000) });
  return <Loaded query={query}>{(shown) => <Wizard kind={kind} shown={shown} />}</Loaded>;
}

const AT: Record<string, number> = { uploaded: 1, mapped: 1, checking: 2, checked: 2 };
/** In these rows were taken, and can be taken back. */
const TAKEN = ["paused", "done", "failed", "cancelled"];

export function ImportSteps({ at }: { at: number }) {
  const { t } = useTexts();
  return <Steps label={t("imports.steps")} at={at} names={[t("imports.step-file"), t("imports.step-columns"), t("imports.step-check"), t("imports.step-run")]} />;
}

function Wizard({ kind, shown }: { kind: Kind; shown: ImportShown }) {
  const { t, number, time } = useTexts();
  const [again, setAgain] = useState(false);
  const at = again && shown.state === "checked" ? 1 : AT[shown.state] ?? 3;
  const done = shown.state === "done" || shown.state === "undone";
  return (
    <Page title={shown.file_name} actions={<Actions kind={kind} shown={shown} editing={at === 1} edit={() => setAgain(true)} />}
      about={<Group gap="md"><State value={shown.state} /><span>{t("imports.sent-by", { who: shown.created_by, when: time(shown.created_at), rows: number(shown.rows) })}</span></Group>}>
      <ImportSteps at={done ? 4 : at} />
      {shown.failure && <Alert color="red" role="alert">{shown.failure}</Alert>}
      {shown.same_file && <Alert color="yellow">{t("imports.same-file")} <Go to="/imports/$kind/$id" params={{ kind, id: shown.same_file }} underline="always">{t("imports.see-it")}</Go></Alert>}
      {shown.undo && <Alert color={shown.state === "undone" ? "green" : "blue"} role="status">
        {t(shown.state === "undone" ? "imports.undone" : "imports.undoing", { who: shown.undo.by, when: time(shown.undo.at), restored: number(shown.undo.restored), retracted: number(shown.undo.retracted) })}</Alert>}
      {isBusy(shown.state) && <Progressing shown={shown} />}
      {at === 1 && !isBusy(shown.state) && <Columns kind={kind} shown={shown} checking={() => setAgain(false)} />}
      {at > 1 && !isBusy(shown.state) && <Outcome kind={kind} shown={shown} />}
    </Page>
  );
}

function Progressing({ shown }: { shown: ImportShown }) {
  const { t, number } = useTexts();
  const share = shown.rows > 0 ? (100 * shown.rows_done) / shown.rows : 0;
  return (
    <Panel>
      <Stack gap="xs">
        <Text size="sm" role="status">{t(`imports.${shown.state === "running" ? "running" : shown.state === "undoing" ? "undoing-rows" : "checking"}`, { done: number(shown.rows_done), rows: number(shown.rows) })}</Text>
        <Progress value={share} animated aria-label={t("imports.progress")} />
        <Text size="xs" c="dimmed">{t("imports.may-leave")}</Text>
      </Stack>
    </Panel>
  );
}

function Actions({ kind, shown, editing, edit }: { kind: Kind; shown: ImportShown; editing: boolean; edit: () => void }) {
  const { t, number } = useTexts();
  const pause = useAct(kind, shown.import_id, "pause");
  const resume = useAct(kind, shown.import_id, "resume");
  const cancel = useAct(kind, shown.import_id, "cancel");
  const undo = useAct(kind, shown.import_id, "undo");
  const start = useChange<void, unknown>(() => IMPORTS[kind].start(shown.import_id), [["imports", kind]]);
  const taken = shown.counts.new + shown.counts.changed;
  if (shown.state === "running" || shown.state === "checking") {
    return (
      <>
        <Confirm variant="default" label={t("imports.cancel")} title={t("imports.cancel")} what={t("imports.cancel-what")} act={cancel} />
        {shown.state === "running" && <Button variant="default" loading={pause.isPending} onClick={() => pause.mutate()}>{t("imports.pause")}</Button>}
      </>
    );
  }
  if (TAKEN.includes(shown.state) || shown.state === "undone") {
    return (
      <>
        {shown.undoable && shown.state !== "undone" && <Confirm variant="default" color="red" label={t("imports.undo")} title={t("imports.undo")} what={t("imports.undo-what")} act={undo} />}
        {shown.state === "paused" && <Button loading={resume.isPending} onClick={() => resume.mutate()}>{t("imports.resume")}</Button>}
        {shown.state !== "paused" && <GoButton to="/imports/$kind/new" params={{ kind }} variant="default">{t("imports.another")}</GoButton>}
      </>
    );
  }
  if (shown.state !== "checked" || editing) return null;
  return (
    <>
      <Button variant="default" onClick={edit}>{t("imports.columns-again")}</Button>
      <Confirm label={t("imports.start")} title={t("imports.start-title")} act={start}
        what={t("imports.start-what", { taken: number(taken), refused: number(shown.counts.refused) })} />
    </>
  );
}

function useAct(kind: Kind, id: string, act: "pause" | "resume" | "cancel" | "undo") {
  return useChange<void, unknown>(() => IMPORTS[kind][act](id), [["imports", kind], ["customers"]]);
}
