/** What is wrong now and what was lately, and whether somebody was told of it. */
import { Alert, Anchor, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ask } from "../../api/clients";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Rows } from "../../components/Rows";

interface Alarm {
  id: string;
  what: string;
  detail: string;
  opened_at: string;
  cleared_at: string | null;
}

interface Board {
  items: Alarm[];
  not_told_yet_by: ("mail" | "webhook")[];
}

function useBoard() {
  const can = useCan()("operations");
  return useQuery({ queryKey: ["alarms"], queryFn: () => ask<Board>("/alarms"), refetchInterval: 15_000, enabled: can, retry: false });
}

export function Alarms() {
  const { t, time, word } = useTexts();
  const query = useBoard();
  return (
    <Stack>
      {query.data && query.data.not_told_yet_by.length > 0 && (
        <Alert color="yellow">{t("alarms.not-told", { ways: query.data.not_told_yet_by.map((way) => word("way", way)).join(", ") })}</Alert>
      )}
      <Rows label={t("operations.alarms")} source={{ items: query.data?.items, error: query.error, refetch: query.refetch }} keyOf={(row) => row.id} empty={t("alarms.none")}
        columns={[
          { title: t("changes.what"), cell: (row) => <><span className={`dot ${row.cleared_at ? "dot-green" : "dot-red"}`} aria-hidden="true" />{word("alarm", row.what)}</> },
          { title: t("alarms.detail"), cell: (row) => <span className="breakable">{row.detail}</span> },
          { title: t("alarms.since"), cell: (row) => time(row.opened_at) },
          { title: t("alarms.until"), cell: (row) => (row.cleared_at ? time(row.cleared_at) : t("alarms.still")) },
        ]} />
    </Stack>
  );
}

/** Above every page for whoever operates, also when no mail goes out. */
export function AlarmBanner() {
  const { t, word } = useTexts();
  const open = useBoard().data?.items.filter((alarm) => !alarm.cleared_at) ?? [];
  if (open.length === 0) return null;
  const kinds = [...new Set(open.map((alarm) => word("alarm", alarm.what)))];
  return (
    <Alert color="red" mb="md" role="region" aria-label={t("alarms.open")} title={t("alarms.open")}>
      {kinds.slice(0, 3).join(" · ")}{kinds.length > 3 && " …"}{" "}
      <Anchor component={Link} to="/operations" search={{ tab: "alarms" } as never} size="sm">{t("alarms.look")}</Anchor>
    </Alert>
  );
}
