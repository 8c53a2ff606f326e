/** What the rows would come to, or came to: counts, examples field by field, and those refused with the reason. */
import { Alert, Button, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useTexts } from "../../app/texts";
import { CustomerName } from "../../components/CustomerName";
import { GoButton } from "../../components/Go";
import { Figure, Panel } from "../../components/Page";
import { Rows } from "../../components/Rows";
import { IMPORTS, type ImportShown, type OfCustomers } from "./doors";

export function Outcome({ shown }: { shown: OfCustomers }) {
  const { t, number } = useTexts();
  const done = shown.state === "done";
  const { counts } = shown;
  const said = shown.consent_counts.granted + shown.consent_counts.unproven + shown.consent_counts.withdrawn;
  return (
    <Stack>
      <SimpleGrid cols={{ base: 2, md: 4 }}>
        {(["new", "changed", "unchanged", "refused"] as const).map((name) => (
          <Figure key={name} label={t(`imports.${name}`)} value={number(counts[name])} note={t(done ? `imports.was-${name}` : `imports.would-${name}`)} />
        ))}
      </SimpleGrid>
      {done && <Alert color="green">{t("imports.done", { count: number(counts.new + counts.changed) })} <GoButton size="compact-sm" variant="default" to="/customers">{t("nav.customers")}</GoButton></Alert>}
      {shown.unproven.length > 0 && <Alert color="yellow" title={t("imports.unproven")}>{t("imports.unproven-what", { columns: shown.unproven.join(", ") })}</Alert>}
      {said > 0 && <Alert color={shown.consent_counts.granted > 0 ? "blue" : "yellow"} title={t("imports.mailable", { granted: number(shown.consent_counts.granted), unproven: number(shown.consent_counts.unproven), withdrawn: number(shown.consent_counts.withdrawn) })}>{t("imports.mailable-what")}</Alert>}
      {counts.refused > 0 && <Refused shown={shown} />}
      <Panel title={t(done ? "imports.examples-done" : "imports.examples")}>
        <Rows label={t("imports.examples")} source={{ items: shown.examples }} keyOf={(row) => String(row.row)} empty={t("imports.no-examples")}
          columns={[
            { title: t("imports.row"), number: true, cell: (row) => number(row.row) },
            { title: t("imports.outcome"), cell: (row) => t(`imports.${row.outcome}`) },
            { title: t("imports.difference"), cell: (row) => <Difference changes={row.changes} /> },
            ...(done ? [{ title: t("field.customer"), cell: (row: OfCustomers["examples"][number]) => <CustomerName id={row.customer_id} /> }] : []),
          ]} />
      </Panel>
    </Stack>
  );
}

export function Refused({ shown }: { shown: ImportShown }) {
  const { t, number } = useTexts();
  const { kind } = shown;
  return (
    <Panel title={t("imports.refused-why")} actions={
      <Group gap="xs">
        <Button size="xs" variant="default" component="a" href={IMPORTS[kind].errors(shown.import_id)} download>{t("imports.errors")}</Button>
        <GoButton size="xs" variant="default" to="/imports/$kind/new" params={{ kind }}>{t("imports.send-mended")}</GoButton>
      </Group>}>
      <Text size="sm" c="dimmed">{t("imports.refused-hint")}</Text>
      <Rows label={t("imports.refused-why")} source={{ items: shown.refused }} keyOf={(row) => row.reason} empty=""
        columns={[
          { title: t("imports.rows"), number: true, cell: (row) => number(row.rows) },
          { title: t("field.reason"), cell: (row) => <span className="breakable">{row.reason}</span> },
          { title: t("imports.first-of"), cell: (row) => row.first_rows.map(number).join(", ") + (row.rows > row.first_rows.length ? " …" : "") },
        ]} />
    </Panel>
  );
}

interface Changed {
  from: unknown;
  to: unknown;
}

function Difference({ changes }: { changes: Record<string, unknown> }) {
  const { word } = useTexts();
  return (
    <Stack gap={2}>
      {Object.entries(changes).map(([name, change]) => {
        const { from, to } = change as Changed;
        return (
          <Text key={name} size="sm" component="div" className="breakable">
            {name === "identifiers" ? word("imports", "identifiers") : word("attribute", name)}: {from !== null && <><del>{shownAs(from)}</del> → </>}<ins>{shownAs(to)}</ins>
          </Text>
        );
      })}
    </Stack>
  );
}

function shownAs(value: unknown): string {
  if (Array.isArray(value)) return value.map(shownAs).join(", ");
  if (typeof value === "object" && value !== null) return String((value as Record<string, unknown>).value ?? JSON.stringify(value));
  return value === null ? "–" : String(value);
}
