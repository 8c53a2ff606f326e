/** A file of customers and one of orders that were dropped together: where each is, and the key that joins them. */
import { Alert, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import type { ImportColumn } from "../../api/clients";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Go, GoButton } from "../../components/Go";
import { Panel } from "../../components/Page";
import { State } from "../../components/State";
import { importQuery, IMPORTS, type ImportShown, type Kind } from "./doors";
import { commonKeys, withSystemOf } from "./mapping";

const OTHER: Record<Kind, Kind> = { customers: "orders", orders: "customers" };

/** The file beside this one, as the address names it. */
export function useOther(kind: Kind): ImportShown | null {
  const { beside } = useSearch({ strict: false }) as { beside?: string };
  const can = useCan();
  const other = OTHER[kind];
  const query = useQuery({ ...importQuery(other, beside ?? ""), enabled: Boolean(beside) && can(IMPORTS[other].scope), refetchInterval: 5_000 });
  return query.data ?? null;
}

export function mappingOf(shown: ImportShown): ImportColumn[] {
  return shown.mapping ?? shown.guessed_mapping;
}

export function Together({ here, other }: { here: ImportShown; other: ImportShown }) {
  const { t, word } = useTexts();
  const { id } = useParams({ strict: false }) as { id: string };
  const files = here.kind === "customers" ? [here, other] : [other, here];
  const [customers, orders] = files as [ImportShown, ImportShown];
  const keys = commonKeys(mappingOf(customers), orders.mapping ?? withSystemOf(mappingOf(customers), orders.guessed_mapping));
  const next = here.kind === "customers" && here.state === "done" && other.state !== "done";
  return (
    <Panel title={t("imports.together")} actions={next && (
      <GoButton to="/imports/$kind/$id" params={{ kind: other.kind, id: other.import_id }} search={{ beside: id } as never}>{t("imports.go-on-with", { file: other.file_name })}</GoButton>)}>
      <Group gap="xl">
        {files.map((file) => (
          <Group key={file.kind} gap="xs">
            <Text size="sm" c="dimmed">{t(`imports.kind-${file.kind}`)}</Text>
            {file === here ? <strong className="breakable">{file.file_name}</strong>
              : <Go to="/imports/$kind/$id" params={{ kind: file.kind, id: file.import_id }} search={{ beside: id } as never} className="breakable">{file.file_name}</Go>}
            <State value={file.state} />
          </Group>
        ))}
      </Group>
      {keys.length > 0
        ? <Text size="sm" role="status">{t("imports.joined-by", { keys: keys.map((key) => word("identifier", key.to) + (key.source ? ` (${key.source})` : "")).join(", ") })}</Text>
        : <Alert color="yellow">{t("imports.not-joined")}</Alert>}
    </Panel>
  );
}
