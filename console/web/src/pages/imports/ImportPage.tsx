/** One import on its way: what the columns mean, what the rows would come to, the run, and what came of it. */
import { Alert, Button, Group, Progress, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
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
import { importQuery, IMPORTS, isBusy, isKind, isUndoable, takenOf, type Act, type ImportShown, type Kind } from "./doors";
import { OrdersOutcome } from "./OrdersOutcome";
import { Outcome } from "./Outcome";
import { mappingOf, Together, useOther } from "./Together";

export function ImportPage() {
  const { kind, id } = useParams({ strict: false }) as { kind?: string; id: string };
  return isKind(kind) ? <Import kind={kind} id={id} /> : <NoPage />;
}

function Import({ kind, id }: { kind: Kind; id: string }) {
  const query = useQuery({ ...importQuery(kind, id), refetchInterval: (found) => (found.state.data && isBusy(found.state.data.state) ? 700 : 10_000) });
  return <Loaded query={query}>{(shown) => <Wizard shown={shown} />}</Loaded>;
}

const AT: Record<string, number> = { uploaded: 1, mapped: 1, checking: 2, checked: 2 };
/** In these rows were taken, and can be taken back. */
const TAKEN = ["paused", "done", "failed", "cancelled"];

export function ImportSteps({ at }: { at: number }) {
  const { t } = useTexts();
  return <Steps label={t("imports.steps")} at={at} names={[t("imports.step-file"), t("imports.step-columns"), t("imports.step-check"), t("imports.step-run")]} />;
}

function Wizard({ shown }: { shown: ImportShown }) {
  const { t, number, time } = useTexts();
  const { kind } = shown;
  const other = useOther(kind);
  const [again, setAgain] = useState(false);
  const at = again && shown.state === "checked" ? 1 : AT[shown.state] ?? 3;
  const done = shown.state === "done" || shown.state === "undone";
  return (
    <Page title={shown.file_name} actions={<Actions shown={shown} editing={at === 1} edit={() => setAgain(true)} />}
      about={<Group gap="md"><State value={shown.state} /><span>{t("imports.sent-by", { who: shown.created_by, when: time(shown.created_at), rows: number(shown.rows) })}</span></Group>}>
      {other && <Together here={shown} other={other} />}
      <ImportSteps at={done ? 4 : at} />
      {shown.failure && <Alert color="red" role="alert">{shown.failure}</Alert>}
      {shown.same_file && <Alert color="yellow">{t("imports.same-file")} <Go to="/imports/$kind/$id" params={{ kind, id: shown.same_file }} underline="always">{t("imports.see-it")}</Go></Alert>}
      <TakenBack shown={shown} />
      {isBusy(shown.state) && <Progressing shown={shown} />}
      {at === 1 && !isBusy(shown.state) && <Columns key={other ? "beside" : "alone"} shown={shown} beside={other ? mappingOf(other) : []} checking={() => setAgain(false)} />}
      {at > 1 && !isBusy(shown.state) && (shown.kind === "orders" ? <OrdersOutcome shown={shown} /> : <Outcome shown={shown} />)}
    </Page>
  );
}

function TakenBack({ shown }: { shown: ImportShown }) {
  const { t, number, time } = useTexts();
  const gone = shown.state === "undone";
  if (shown.kind === "orders") return gone && shown.undone_by ? <Alert color="green" role="status">{t("imports.orders-undone", { who: shown.undone_by, count: number(shown.counts.taken_back) })}</Alert> : null;
  if (!shown.undo) return null;
  return (
    <Alert color={gone ? "green" : "blue"} role="status">
      {t(gone ? "imports.undone" : "imports.undoing", { who: shown.undo.by, when: time(shown.undo.at), restored: number(shown.undo.restored), retracted: number(shown.undo.retracted) })}
    </Alert>
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

function Actions({ shown, editing, edit }: { shown: ImportShown; editing: boolean; edit: () => void }) {
  const { t, number } = useTexts();
  const { kind } = shown;
  const { acts } = IMPORTS[kind];
  const pause = useAct(kind, shown.import_id, "pause");
  const resume = useAct(kind, shown.import_id, "resume");
  const cancel = useAct(kind, shown.import_id, "cancel");
  const undo = useAct(kind, shown.import_id, "undo");
  const start = useChange<void, unknown>(() => IMPORTS[kind].start(shown.import_id), [["imports", kind]]);
  if (shown.state === "running" || shown.state === "checking") {
    return (
      <>
        {acts.cancel && <Confirm variant="default" label={t("imports.cancel")} title={t("imports.cancel")} what={t("imports.cancel-what")} act={cancel} />}
        {shown.state === "running" && acts.pause && <Button variant="default" loading={pause.isPending} onClick={() => pause.mutate()}>{t("imports.pause")}</Button>}
      </>
    );
  }
  if (TAKEN.includes(shown.state) || shown.state === "undone") {
    return (
      <>
        {isUndoable(shown) && <Confirm variant="default" color="red" label={t("imports.undo")} title={t("imports.undo")} what={t(kind === "orders" ? "imports.undo-orders" : "imports.undo-what")} act={undo} />}
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
        what={t(kind === "orders" ? "imports.start-orders" : "imports.start-what", { taken: number(takenOf(shown)), refused: number(shown.counts.refused) })} />
    </>
  );
}

function useAct(kind: Kind, id: string, act: Act) {
  return useChange<void, unknown>(async () => IMPORTS[kind].acts[act]?.(id), [["imports", kind], ["customers"]]);
}
