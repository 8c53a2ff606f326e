/** How each service is, by its own word. */
import { useQuery } from "@tanstack/react-query";
import { ask } from "../../api/clients";
import { useTexts } from "../../app/texts";
import { Rows } from "../../components/Rows";
import { State } from "../../components/State";

interface Probe {
  ok: boolean;
  seconds: number;
  error?: string;
  outbox_waiting?: number;
}

interface Health {
  status?: string;
  error?: string;
  database?: Probe;
  broker?: Probe;
  redis?: Probe;
}

export function Services() {
  const { t } = useTexts();
  const query = useQuery({ queryKey: ["services"], queryFn: () => ask<Record<string, Health>>("/services"), refetchInterval: 5_000 });
  const items = query.data && Object.entries(query.data).map(([service, health]) => ({ service, health }));
  return (
    <Rows label={t("operations.services")} source={{ items, error: query.error, refetch: query.refetch }} keyOf={(row) => row.service} empty=""
      columns={[
        { title: t("dead.service"), cell: (row) => row.service },
        { title: t("field.state"), cell: (row) => <State value={row.health.status ?? "away"} /> },
        { title: t("services.database"), cell: (row) => <Answer probe={row.health.database} /> },
        { title: t("services.broker"), cell: (row) => <Answer probe={row.health.broker} /> },
        { title: t("services.redis"), cell: (row) => <Answer probe={row.health.redis} /> },
        { title: t("dead.error"), cell: (row) => row.health.error ?? "" },
      ]} />
  );
}

function Answer({ probe }: { probe: Probe | undefined }) {
  const { t, number } = useTexts();
  if (!probe) return "–";
  return <><span className={`dot ${probe.ok ? "dot-green" : "dot-red"}`} aria-hidden="true" />{probe.ok ? t("services.in", { ms: number(Math.round(probe.seconds * 1000)) }) : probe.error}</>;
}
