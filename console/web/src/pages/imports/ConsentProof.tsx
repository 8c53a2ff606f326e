/** What the file says of consent is taken where it is proven: the words, their version, the day and the place. */
import { Group, Select, Switch, Text, Textarea, TextInput } from "@mantine/core";
import type { ConsentRule, ImportColumn } from "../../api/clients";
import { useTexts } from "../../app/texts";
import { Panel } from "../../components/Page";
import { DATES } from "./mapping";

export function ConsentProof({ columns, formats, rule, set }: {
  columns: ImportColumn[];
  formats: Record<string, string[]>;
  rule: ConsentRule | null;
  set: (rule: ConsentRule | null) => void;
}) {
  const { t } = useTexts();
  const names = columns.map((column) => column.column);
  const answer = columns.find((column) => column.to === "consent")?.column ?? null;
  const put = (part: Partial<ConsentRule>) => rule && set({ ...rule, ...part });
  const forms = DATES.filter((form) => rule?.given_at_column && formats[rule.given_at_column]?.includes(form));
  return (
    <Panel title={t("imports.proof")}>
      <Text size="sm">{t("imports.proof-what")}</Text>
      <Switch label={t("imports.proof-there")} checked={rule !== null} onChange={(event) => set(event.currentTarget.checked ? { purpose: "marketing", channel: "email", answer_column: answer } : null)} />
      {rule && (
        <>
          <Group grow align="flex-start">
            <Select label={t("imports.answer-column")} data={names} value={rule.answer_column ?? null} onChange={(value) => put({ answer_column: value })} />
            <Select label={t("imports.given-column")} data={names} value={rule.given_at_column ?? null} onChange={(value) => put({ given_at_column: value, given_at_format: null })} />
            {forms.length > 1 && <Select label={t("imports.form")} data={forms} value={rule.given_at_format ?? null} onChange={(value) => put({ given_at_format: value })} />}
          </Group>
          <Textarea label={t("consents.wording")} description={t("consents.wording-hint")} autosize minRows={2} value={rule.wording ?? ""} onChange={(event) => put({ wording: event.currentTarget.value || null })} />
          <Group grow align="flex-start">
            <TextInput label={t("imports.wording-version")} value={rule.wording_version ?? ""} onChange={(event) => put({ wording_version: event.currentTarget.value || null })} />
            <TextInput label={t("imports.proof-source")} value={rule.source ?? ""} onChange={(event) => put({ source: event.currentTarget.value || null })} />
          </Group>
        </>
      )}
    </Panel>
  );
}
