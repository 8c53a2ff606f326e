/** What an officer can do about a request: check the identity, extend, complete, refuse, and hand the archive out. */
import { Button, CopyButton, Group, NumberInput, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { privacy, read, type ArchiveLink, type SubjectRequest } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { useTexts, type TextKey } from "../../app/texts";
import { Confirm } from "../../components/Confirm";
import { Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { PlaceHold } from "./Holds";

const LONGEST_EXTENSION = 60;

export function RequestActions({ request }: { request: SubjectRequest }) {
  if (request.closed_at) return null;
  return (
    <>
      {request.kind === "erasure" && <PlaceHold customer={request.customer_id} />}
      {request.state !== "ready" && <Refuse request={request} />}
      {!request.extended_for && <Extend request={request} />}
      {request.state === "waiting" && <CheckIdentity request={request} />}
      {request.state === "working" && request.kind === "rectification" && <Complete request={request} />}
    </>
  );
}

/** What a change may have altered. */
const ALTERS = [["requests"], ["needs"], ["erasures"], ["consents"]];

function paramsOf(request: SubjectRequest) {
  return { path: { request_id: request.request_id } };
}

function Words({ label, hint, value, set }: { label: TextKey; hint: TextKey; value: string; set: (value: string) => void }) {
  const { t } = useTexts();
  return <Textarea label={t(label)} description={t(hint)} required autosize minRows={2} maxLength={1000} value={value} onChange={(event) => set(event.currentTarget.value)} />;
}

function CheckIdentity({ request }: { request: SubjectRequest }) {
  const { t } = useTexts();
  const [how, setHow] = useState("");
  const act = useChange<void, unknown>(() => read(privacy.POST("/requests/{request_id}/identity-check", { params: paramsOf(request), body: { how } })), ALTERS);
  const erases = request.kind === "erasure";
  return (
    <Confirm {...(erases ? { color: "red" } : {})} label={t("requests.check")} title={t("requests.check")} act={act} ready={how.trim() !== ""} what={
      <Stack gap="sm">
        <Text size="sm">{t(erases ? "erasure.confirm-what" : "requests.check-what")}</Text>
        <Words label="requests.how" hint="requests.how-hint" value={how} set={setHow} />
      </Stack>
    } />
  );
}

function Extend({ request }: { request: SubjectRequest }) {
  const { t } = useTexts();
  const [days, setDays] = useState<number | string>(30);
  const [reason, setReason] = useState("");
  const act = useChange<void, unknown>(() => read(privacy.POST("/requests/{request_id}/extension", { params: paramsOf(request), body: { days: Number(days), reason } })), ALTERS);
  return (
    <Confirm variant="default" label={t("requests.extend")} title={t("requests.extend")} act={act} ready={reason.trim() !== "" && Number(days) >= 1} what={
      <Stack gap="sm">
        <Text size="sm">{t("requests.extend-what")}</Text>
        <NumberInput label={t("requests.days")} min={1} max={LONGEST_EXTENSION} allowDecimal={false} value={days} onChange={setDays} />
        <Words label="requests.reason" hint="requests.reason-hint" value={reason} set={setReason} />
      </Stack>
    } />
  );
}

function Refuse({ request }: { request: SubjectRequest }) {
  const { t } = useTexts();
  const [reason, setReason] = useState("");
  const act = useChange<void, unknown>(() => read(privacy.POST("/requests/{request_id}/refusal", { params: paramsOf(request), body: { reason } })), ALTERS);
  return (
    <Confirm variant="default" label={t("requests.refuse")} title={t("requests.refuse")} act={act} ready={reason.trim() !== ""} what={
      <Stack gap="sm">
        <Text size="sm">{t("requests.refuse-what")}</Text>
        <Words label="requests.reason" hint="requests.reason-hint" value={reason} set={setReason} />
      </Stack>
    } />
  );
}

function Complete({ request }: { request: SubjectRequest }) {
  const { t } = useTexts();
  const [done, setDone] = useState("");
  const act = useChange<void, unknown>(() => read(privacy.POST("/requests/{request_id}/completion", { params: paramsOf(request), body: { done } })), ALTERS);
  return (
    <Confirm label={t("requests.complete")} title={t("requests.complete")} act={act} ready={done.trim() !== ""} what={
      <Words label="requests.done" hint="requests.done-hint" value={done} set={setDone} />
    } />
  );
}

/** The link goes to the person; it is made when it is asked for, and shown to nobody else. */
export function ArchiveLinkPanel({ request }: { request: SubjectRequest }) {
  const { t, time, number } = useTexts();
  const make = useChange<void, ArchiveLink>(() => read(privacy.POST("/requests/{request_id}/archive-link", { params: paramsOf(request) })), []);
  return (
    <Panel title={t("requests.archive")} actions={<Button loading={make.isPending} onClick={() => make.mutate()}>{t("requests.make-link")}</Button>}>
      <Text size="sm" c="dimmed">{t("requests.archive-about")}</Text>
      {make.isError && <ProblemNote error={make.error} />}
      {make.data && (
        <Stack gap="xs" aria-live="polite">
          <Text size="sm" className="mono breakable">{make.data.url}</Text>
          <Text size="sm">{t("requests.archive-facts", { size: number(Math.max(1, Math.round(make.data.size / 1024))), when: time(make.data.expires_at) })}</Text>
          <Text size="xs" c="dimmed" className="mono breakable">SHA-256 {make.data.sha256}</Text>
          <Group><CopyButton value={make.data.url}>{({ copied, copy }) => <Button size="xs" variant="default" onClick={copy}>{t(copied ? "requests.copied" : "requests.copy")}</Button>}</CopyButton></Group>
        </Stack>
      )}
    </Panel>
  );
}
