/** What happened with a customer, newest first, with filters that stand in the address. */
import { Anchor, Group, Select, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { interactions, read, type Interaction } from "../../api/clients";
import { usePages } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Go } from "../../components/Go";
import { Rows } from "../../components/Rows";

const KINDS = ["purchase", "return", "contact", "exposure", "response"] as const;
const CHANNELS = ["web", "store", "app", "email", "sms", "phone", "post"] as const;

interface Filter {
  tab?: string;
  kind?: (typeof KINDS)[number];
  channel?: string;
}

export function Timeline({ id }: { id: string }) {
  const { t, word } = useTexts();
  const filter = useSearch({ strict: false }) as Filter;
  const navigate = useNavigate();
  function choose(part: Filter) {
    void navigate({ to: ".", search: { ...filter, ...part } as never, replace: true });
  }
  return (
    <Stack>
      <Group>
        <Select label={t("field.kind")} clearable clearButtonProps={{ "aria-label": t("action.remove") }} value={filter.kind ?? null}
          data={KINDS.map((value) => ({ value, label: word("kind", value) }))} onChange={(kind) => choose({ kind: (kind ?? undefined) as never })} />
        <Select label={t("field.channel")} clearable clearButtonProps={{ "aria-label": t("action.remove") }} value={filter.channel ?? null}
          data={CHANNELS.map((value) => ({ value, label: word("channel", value) }))} onChange={(channel) => choose({ channel: channel ?? undefined })} />
      </Group>
      <Happenings id={id} kind={filter.kind} channel={filter.channel} />
    </Stack>
  );
}

/** The list itself; the newest few of it with `limit`. */
export function Happenings({ id, kind, channel, limit }: { id: string; limit?: number; kind?: Filter["kind"]; channel?: string | undefined }) {
  const { t, word, time, money } = useTexts();
  const can = useCan();
  const list = usePages<Interaction>(["timeline", id, kind, channel, limit], (after) =>
    read(interactions.GET("/customers/{customer_id}/timeline", {
      params: { path: { customer_id: id }, query: { limit: limit ?? 50, ...(kind ? { kind } : {}), ...(channel ? { channel } : {}), ...(after ? { after } : {}) } as never },
    })), { refetchInterval: 10_000 });
  const source = limit ? { ...list, items: list.items?.slice(0, limit), more: undefined } : list;
  return (
    <Rows label={t("customer.timeline")} source={source} keyOf={(row) => row.id} empty={t(limit ? "timeline.nothing-yet" : "timeline.none")}
      columns={[
        { title: t("field.when"), cell: (row) => time(row.time) },
        { title: t("field.kind"), cell: (row) => word("kind", row.kind) },
        { title: t("field.channel"), cell: (row) => word("channel", row.channel) },
        { title: t("timeline.what"), cell: (row) => <><span className="breakable">{about(row, word)}</span><FromFile row={row} /></> },
        { title: t("field.amount"), number: true, cell: (row) => (row.amount === null ? "" : money(row.amount, row.currency)) },
        { title: t("nav.campaigns"), cell: (row) => (row.campaign_id && can("campaigns:read") ? <Go to="/campaigns/$id" params={{ id: row.campaign_id }}>{t("timeline.campaign")}</Go> : "") },
      ]} />
  );
}

/** What an import has recorded can say which row of which file it was. */
function FromFile({ row }: { row: Interaction }) {
  const { t, number } = useTexts();
  const can = useCan();
  const ask = useMutation({ mutationFn: () => read(interactions.GET("/interactions/{interaction_id}/source", { params: { path: { interaction_id: row.id } } })) });
  if (!row.publisher?.startsWith("import:")) return null;
  if (!ask.data) return <> <Anchor component="button" type="button" size="xs" onClick={() => ask.mutate()}>{t(ask.isError ? "timeline.no-row" : "timeline.which-row")}</Anchor></>;
  const said = t("timeline.row-of", { row: number(ask.data.row), file: ask.data.file_name });
  return can("interactions:import")
    ? <> <Go size="xs" to="/imports/$kind/$id" params={{ kind: "orders", id: ask.data.import_id }}>{said}</Go></>
    : <> <Text span size="xs" c="dimmed">{said}</Text></>;
}

/** The telling part of an interaction's detail: goods by name or number, or what was said. */
function about({ detail }: Interaction, word: (group: string, word: string) => string): string {
  const lines = Array.isArray(detail.lines) ? (detail.lines as Record<string, unknown>[]) : [];
  if (lines.length > 0) {
    const names = lines.map((line) => String(line.name ?? line.category ?? line.product ?? line.product_id ?? ""));
    return [...new Set(names)].slice(0, 4).join(", ") + (lines.length > 4 ? ` … (${lines.length})` : "");
  }
  const parts = [detail.kind && word("response", String(detail.kind)), detail.direction && word("direction", String(detail.direction)), detail.topic, detail.outcome, detail.note, detail.link];
  return parts.filter(Boolean).join(" · ");
}
