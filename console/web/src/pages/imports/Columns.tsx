/** The second step: each column with its first rows and what it means; the guess stands, and can be corrected. */
import { Alert, Button, Group, Select, Stack, Table, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import type { ConsentRule, ImportColumn, OrderTerms } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { asProblem } from "../../api/problem";
import { useTexts } from "../../app/texts";
import { Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { ConsentProof } from "./ConsentProof";
import { IMPORTS, type ImportShown } from "./doors";
import { KeptMappings } from "./KeptMappings";
import { faultsAt, formsOf, isOpen, lacks, withMeaning, withSystemOf } from "./mapping";
import { useMeanings, type Choices } from "./meanings";
import { Terms } from "./Terms";

export function Columns({ shown, beside, checking }: { shown: ImportShown; beside: ImportColumn[]; checking: () => void }) {
  const { t } = useTexts();
  const { kind } = shown;
  const [consent, setConsent] = useState<ConsentRule | null>(null);
  const [terms, setTerms] = useState<OrderTerms | null>(shown.kind === "orders" ? shown.terms : null);
  const [columns, setColumns] = useState<ImportColumn[]>(() => everyColumn(shown, beside));
  const choices = useMeanings(kind);
  const { types } = choices;
  const check = useChange<void, unknown>(
    async () => { await IMPORTS[kind].map(shown.import_id, columns, { consents: consent ? [consent] : [], terms }); return IMPORTS[kind].dryRun(shown.import_id); },
    [["imports", kind]], checking,
  );
  const lacking = lacks(kind, columns);
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
      {lacking.length > 0 && <Alert color="yellow">{lacking.map((what) => <Text key={what} size="sm">{t(`imports.no-${what}`)}</Text>)}</Alert>}
      <Panel title={t("imports.meanings")} actions={
        <Button disabled={open > 0 || lacking.length > 0} loading={check.isPending} onClick={() => check.mutate()}>{t("imports.check")}</Button>}>
        <Text size="sm" c="dimmed">{t(shown.kind === "customers" && shown.guessed_from === "last_import" ? "imports.meanings-last" : "imports.meanings-hint")}</Text>
        {kind === "customers" && <KeptMappings columns={columns} use={(next) => { check.reset(); setColumns(next); }} />}
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
                    <Meaning column={column} choices={choices} fitting={shown.formats[column.column] ?? []} open={isOpen(column, shown, types)} set={(next) => set(place, next)} />
                    {faults.has(place) && <Text size="sm" c="var(--mantine-color-error)" role="alert">{faults.get(place)}</Text>}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      </Panel>
      {terms && <Terms terms={terms} columns={columns} set={(next) => { check.reset(); setTerms(next); }} />}
      {columns.some((column) => column.to === "consent") && <ConsentProof columns={columns} formats={shown.formats} rule={consent} set={(rule) => { check.reset(); setConsent(rule); }} />}
    </Stack>
  );
}

/** The mapping so far, or the guess; a column that it leaves out is ignored, and stands here all the same. */
function everyColumn(shown: ImportShown, beside: ImportColumn[]): ImportColumn[] {
  const known = new Map((shown.mapping ?? withSystemOf(beside, shown.guessed_mapping)).map((column) => [column.column, column]));
  return shown.columns.map((column) => known.get(column) ?? { column, to: "ignore", format: null, source: null });
}

function First({ rows, place }: { rows: string[][]; place: number }) {
  return <span className="mono breakable">{rows.slice(0, 5).map((row) => row[place] || "–").join(" · ")}</span>;
}

function Meaning({ column, choices: { types, groups }, fitting, open, set }: {
  column: ImportColumn;
  choices: Choices;
  fitting: string[];
  open: boolean;
  set: (column: ImportColumn) => void;
}) {
  const { t } = useTexts();
  const forms = formsOf(column.to, types, fitting);
  const label = t("imports.means-of", { column: column.column });
  return (
    <Group gap="xs" align="flex-start">
      <Select aria-label={label} searchable w={210} allowDeselect={false} value={column.to} onChange={(to) => to && set(withMeaning(column, to, types, fitting))}
        data={groups} />
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
