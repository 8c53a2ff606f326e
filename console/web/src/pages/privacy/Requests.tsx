/** What people ask about their own data: until when each is answered, and what is to be done next. */
import { Group, SegmentedControl, Select, Stack, Text } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { privacy, read, type RequestKind, type SubjectRequest } from "../../api/clients";
import { usePages } from "../../api/hooks";
import { useTexts } from "../../app/texts";
import { Go } from "../../components/Go";
import { Rows } from "../../components/Rows";
import { State } from "../../components/State";
import { daysLeft, KINDS, nextStep, shownState, timesAsked } from "./deadline";
import { NewRequest } from "./NewRequest";

const STATES = ["waiting", "working", "ready", "answered", "refused"] as const;
const SHOWN = ["due_soon", "overdue", ...STATES] as const;
type Shown = (typeof SHOWN)[number];

/** The part of the query that a choice of states means. */
function asked(show: Shown | undefined) {
  if (show === "overdue" || show === "due_soon") return { [show]: true };
  return show ? { state: show } : {};
}

export function Requests() {
  const { t, date, word } = useTexts();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { show?: Shown; kind?: RequestKind };
  const show = SHOWN.find((one) => one === search.show);
  const kind = KINDS.find((one) => one === search.kind);
  const list = usePages<SubjectRequest>(["requests", show, kind], (after) =>
    read(privacy.GET("/requests", { params: { query: { limit: 50, ...asked(show), ...(kind ? { kind } : {}), ...(after ? { after } : {}) } as never } })), { refetchInterval: 10_000 });
  function choose(part: { show?: string | undefined; kind?: string | undefined }) {
    void navigate({ to: ".", search: { tab: "requests", show, kind, ...part } as never, replace: true });
  }
  return (
    <Stack>
      <Group justify="space-between">
        <SegmentedControl value={show ?? "any"} aria-label={t("field.state")} style={{ maxWidth: "100%", overflowX: "auto" }}
          data={[{ value: "any", label: t("erasures.any") }, ...SHOWN.map((one) => ({ value: one, label: word("state", one) }))]}
          onChange={(next) => choose({ show: next === "any" ? undefined : next })} />
        <NewRequest />
      </Group>
      <Select aria-label={t("requests.kind")} placeholder={t("requests.any-kind")} w={260} clearable clearButtonProps={{ "aria-label": t("action.remove") }} value={kind ?? null}
        onChange={(next) => choose({ kind: next ?? undefined })} data={KINDS.map((value) => ({ value, label: word("request-kind", value) }))} />
      <Rows label={t("requests.title")} source={list} keyOf={(row) => row.request_id} empty={t(show || kind ? "requests.none-such" : "requests.none")}
        open={(row) => void navigate({ to: "/privacy/requests/$id", params: { id: row.request_id } })}
        columns={[
          { title: t("requests.kind"), cell: (row) => <Go to="/privacy/requests/$id" params={{ id: row.request_id }}>{word("request-kind", row.kind)}</Go> },
          { title: t("field.customer"), cell: (row) => <span className="mono">{row.customer_id.slice(0, 13)}…</span> },
          { title: t("field.state"), cell: (row) => <State value={shownState(row)} /> },
          { title: t("requests.received"), cell: (row) => <Received request={row} /> },
          { title: t("requests.due"), cell: (row) => <>{date(row.due_at)}<Clock request={row} /></> },
          { title: t("requests.next"), cell: (row) => word("request-next", nextStep(row)) },
        ]} />
    </Stack>
  );
}

function Received({ request }: { request: SubjectRequest }) {
  const { t, date, number } = useTexts();
  const times = timesAsked(request);
  return <>{date(request.received_at)}{times > 1 && <Text size="xs" c="dimmed">{t("requests.times", { count: number(times) })}</Text>}</>;
}

/** The days that are left, as long as an answer is owed. */
export function Clock({ request }: { request: SubjectRequest }) {
  const { t, number } = useTexts();
  if (request.closed_at) return null;
  const days = daysLeft(request.due_at, Date.now());
  const text = days < 0 ? t("requests.late", { count: number(-days) }) : days === 0 ? t("requests.today") : t("requests.left", { count: number(days) });
  return <Text size="xs" fw={request.overdue || request.due_soon ? 600 : 400}>{text}</Text>;
}
