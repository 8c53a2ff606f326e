/** The second step: each column with its first rows and what it means; the guess stands, and can be corrected. */
import { Alert, Button, Group, Select, Stack, Table, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Attribute, ConsentRule, ImportColumn, ImportShown } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { asProblem } from "../../api/problem";
import { useTexts } from "../../app/texts";
import { Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { attributesQuery } from "../customers/Profile";
import { ConsentProof } from "./ConsentProof";
import { IMPORTS, type Kind } from "./doors";
import { faultsAt, formsOf, hasKey, IDENTIFIERS, isOpen, withMeaning, type Types } from "./mapping";

export function Columns({ kind, shown, checking }: { kind: Kind; shown: ImportShown; checking: () => void }) {
  const { t } = useTexts();
  const [consent, setConsent] = useState<ConsentRule | null>(null);
  const [columns, setColumns] = useState<ImportColumn[]>(() => everyColumn(shown));
  const attributes = useQuery(attributesQuery).data ?? [];
  const types: Types = new Map(attributes.map((one) => [one.name, one.type]));
  const check = useChange<void, unknown>(
    async () => { await IMPORTS[kind].map(shown.import_id, columns, consent ? [consent] : []); return IMPORTS[kind].dryRun(shown.import_id); },
    [["imports", kind]], checking,
  );
  const problem = check.isError ? asProblem(check.error) : null;
  const faults = faultsAt(problem?.faults ?? []);
  const open = columns.filter((column) => isOpen(column, shown, types)).length;
  function set(place: number, column: ImportColumn) {
    check.reset();
    setColumns(columns.map((one, at) => (at === place ? column : one)));
  }
  return (
    <Stack>
      {problem && (faults.size === 0 || faults.has(-1)) && <ProblemNote error={check.error} />}
      {faults.has(-1) && <Text size="sm" c="var(--mantine-color-error)" role="alert">{faults.get(-1)}</Text>}
      {!hasKey(columns) && <Alert color="yellow">{t("imports.no-key")}</Alert>}
      <Panel title={t("imports.meanings")} actions={
        <Button disabled={open > 0 || !hasKey(columns)} loading={check.isPending} onClick={() => check.mutate()}>{t("imports.check")}</Button>}>
        <Text size="sm" c="dimmed">{t("imports.meanings-hint")}</Text>
        <Table.ScrollContainer minWidth={720} scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": t("imports.meanings"), role: "region" } }}>
          <Table verticalSpacing="xs" aria-label={t("imports.meanings")}>
            <Table.Thead>
              <Table.Tr><Table.Th>{t("imports.column")}</Table.Th><Table.Th>{t("imports.first-rows")}</Table.Th><Table.Th>{t("imports.means")}</Table.Th></Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {columns.map((column, place) => (
                <Table.Tr key={column.column}>
                  <Table.Td><strong className="breakable">{column.column}</strong></Table.Td>
                  <Table.Td><First rows={shown.first_rows} place={shown.columns.indexOf(column.column)} /></Table.Td>
                  <Table.Td>
                    <Meaning column={column} attributes={attributes} fitting={shown.formats[column.column] ?? []} types={types} open={isOpen(column, shown, types)} set={(next) => set(place, next)} />
                    {faults.has(place) && <Text size="sm" c="var(--mantine-color-error)" role="alert">{faults.get(place)}</Text>}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Panel>
      {columns.some((column) => column.to === "consent") && <ConsentProof columns={columns} formats={shown.formats} rule={consent} set={(rule) => { check.reset(); setConsent(rule); }} />}
    </Stack>
  );
}

/** The mapping so far, or the guess; a column that it leaves out is ignored, and stands here all the same. */
function everyColumn(shown: ImportShown): ImportColumn[] {
  const known = new Map((shown.mapping ?? shown.guessed_mapping).map((column) => [column.column, column]));
  return shown.columns.map((column) => known.get(column) ?? { column, to: "ignore", format: null, source: null });
}

function First({ rows, place }: { rows: string[][]; place: number }) {
  return <span className="mono breakable">{rows.slice(0, 5).map((row) => row[place] || "–").join(" · ")}</span>;
}

function Meaning({ column, attributes, fitting, types, open, set }: {
  column: ImportColumn;
  attributes: Attribute[];
  fitting: string[];
  types: Types;
  open: boolean;
  set: (column: ImportColumn) => void;
}) {
  const { t, word } = useTexts();
  const forms = formsOf(column.to, types, fitting);
  const label = t("imports.means-of", { column: column.column });
  const names = attributes.filter((one) => !["status", "kind", "reachable"].includes(one.name))
    .map((one) => ({ value: one.name, label: one.label || word("attribute", one.name) }));
  return (
    <Group gap="xs" align="flex-start">
      <Select aria-label={label} searchable w={210} allowDeselect={false} value={column.to} onChange={(to) => to && set(withMeaning(column, to, types, fitting))}
        data={[
          { group: t("imports.group-key"), items: IDENTIFIERS.map((value) => ({ value, label: word("identifier", value) })) },
          { group: t("imports.group-other"), items: [{ value: "ignore", label: t("imports.ignore") }, { value: "consent", label: t("imports.consent") }] },
          { group: t("imports.group-attributes"), items: names },
        ]} />
      {forms.length > 0 && (
        <Select aria-label={t("imports.form-of", { column: column.column })} w={150} placeholder={t("imports.form")} value={column.format ?? null} data={forms} allowDeselect={false}
          error={open && t("imports.form-open")} onChange={(format) => set({ ...column, format })} />
      )}
      {column.to === "external_id" && (
        <TextInput aria-label={t("imports.source-of", { column: column.column })} w={130} value={column.source ?? ""} placeholder={t("imports.source")} error={!column.source && t("imports.source-open")}
          onChange={(event) => set({ ...column, source: event.currentTarget.value || null })} />
      )}
    </Group>
  );
}
