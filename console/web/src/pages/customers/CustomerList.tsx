/** Find a customer by whatever is known of them, or leaf through all. */
import { Group, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { customers, read, type CustomerSummary } from "../../api/clients";
import { usePages } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Go, GoButton } from "../../components/Go";
import { Icon } from "../../components/Icon";
import { Page } from "../../components/Page";
import { Rows } from "../../components/Rows";
import { State } from "../../components/State";
import { find } from "./finding";

export const STATUSES = ["prospect", "lead", "active", "lapsed", "lost", "blocked"] as const;
type Status = (typeof STATUSES)[number];

export function CustomerList() {
  const { t, word } = useTexts();
  const can = useCan();
  const { q = "", status } = useSearch({ strict: false }) as { q?: string; status?: Status };
  const navigate = useNavigate();
  const [typed, setTyped] = useState(q);
  const look = useDebouncedCallback((text: string) => void navigate({ to: ".", search: { q: text || undefined, status } as never, replace: true }), 250);
  return (
    <Page title={t("nav.customers")} about={t("customers.about")}
      actions={<>
        {can("interactions:write") && <GoButton to="/call" variant="default">{t("call.title")}</GoButton>}
        {can("customers:merge") && <GoButton to="/customers/duplicates" variant="default">{t("customers.duplicates")}</GoButton>}
      </>}>
      <Group align="flex-end">
        <TextInput flex={1} miw={220} label={t("customers.search")} placeholder={t("customers.search-hint")} leftSection={<Icon name="search" size={16} />}
          value={typed} onChange={(event) => { setTyped(event.currentTarget.value); look(event.currentTarget.value); }} autoFocus />
        <Select label={t("field.status")} clearable w={170} value={status ?? null} disabled={q !== ""} placeholder={t("customers.any-status")}
          clearButtonProps={{ "aria-label": t("action.remove") }} data={STATUSES.map((value) => ({ value, label: word("state", value) }))}
          onChange={(value) => void navigate({ to: ".", search: { q: undefined, status: value ?? undefined } as never, replace: true })} />
      </Group>
      {q ? <Found typed={String(q)} /> : <All status={status} />}
    </Page>
  );
}

function Found({ typed }: { typed: string }) {
  const { t } = useTexts();
  const found = useQuery({ queryKey: ["customers", "found", typed], queryFn: () => find(typed) });
  return <CustomerTable source={{ items: found.data, error: found.error, refetch: found.refetch }} empty={t("customers.none-found")} />;
}

function All({ status }: { status: Status | undefined }) {
  const { t } = useTexts();
  const list = usePages(["customers", "all", status], (after) =>
    read(customers.GET("/customers", { params: { query: { limit: 50, ...(status ? { status } : {}), ...(after ? { after } : {}) } } })));
  return <CustomerTable source={list} empty={t("customers.none")} />;
}

export function CustomerTable({ source, empty }: { source: Parameters<typeof Rows<CustomerSummary>>[0]["source"]; empty: string }) {
  const { t, word, date } = useTexts();
  const navigate = useNavigate();
  return (
    <Rows label={t("nav.customers")} source={source} empty={empty} keyOf={(row) => row.customer_id}
      open={(row) => void navigate({ to: "/customers/$id", params: { id: row.customer_id } })}
      columns={[
        { title: t("field.name"), cell: (row) => <Go to="/customers/$id" params={{ id: row.customer_id }}>{row.name ?? <span className="mono">{row.customer_id.slice(0, 13)}…</span>}</Go> },
        { title: t("field.status"), cell: (row) => <State value={row.status} /> },
        { title: t("customers.reachable"), cell: (row) => row.reachable.map((channel) => word("channel", channel)).join(", ") || "–" },
        { title: t("customers.since"), cell: (row) => date(row.created_at) },
      ]} />
  );
}
