/** Events that a service could not handle, to be read, repaired, replayed or discarded. */
import { Group, SegmentedControl, Select, Stack } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { deadLetters, SERVICES, type DeadLetterState, type Service } from "../../api/deadLetters";
import { usePages } from "../../api/hooks";
import { useTexts } from "../../app/texts";
import { Go } from "../../components/Go";
import { Rows } from "../../components/Rows";

const STATES: DeadLetterState[] = ["open", "replaying", "replayed", "discarded"];

export function DeadLetters() {
  const { t, time, word } = useTexts();
  const navigate = useNavigate();
  const chosen = useSearch({ strict: false }) as { service?: Service; state?: DeadLetterState };
  const service = SERVICES.find((one) => one === chosen.service) ?? "customers";
  const state = STATES.find((one) => one === chosen.state) ?? "open";
  const list = usePages(["dead-letters", service, state], (after) => deadLetters[service].list(state, after), { refetchInterval: 10_000 });
  function choose(part: { service?: string | undefined; state?: string | undefined }) {
    void navigate({ to: ".", search: { tab: "dead-letters", service, state, ...part } as never, replace: true });
  }
  return (
    <Stack>
      <Group align="flex-end">
        <Select label={t("dead.service")} allowDeselect={false} value={service} data={[...SERVICES]} onChange={(next) => choose({ service: next ?? undefined })} />
        <SegmentedControl value={state} aria-label={t("field.state")} data={STATES.map((value) => ({ value, label: word("state", value) }))} onChange={(next) => choose({ state: next })} style={{ maxWidth: "100%", overflowX: "auto" }} />
      </Group>
      <Rows label={t("operations.dead")} source={list} keyOf={(row) => row.id} empty={t("dead.none")}
        open={(row) => void navigate({ to: "/operations/dead-letters/$service/$id", params: { service, id: row.id } })}
        columns={[
          { title: t("field.when"), cell: (row) => <Go to="/operations/dead-letters/$service/$id" params={{ service, id: row.id }}>{time(row.created_at)}</Go> },
          { title: t("dead.topic"), cell: (row) => row.topic },
          { title: t("dead.reason"), cell: (row) => row.reason },
          { title: t("dead.error"), cell: (row) => <span className="breakable">{row.error.slice(0, 160)}</span> },
        ]} />
    </Stack>
  );
}
