/** What columns meant, kept under a name for the next file of the same kind. */
import { Button, Group, Select, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { customers, read, type ImportColumn } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { useTexts } from "../../app/texts";
import { ProblemNote } from "../../components/ProblemNote";
import { fromKept } from "./mapping";

const KEY = ["import-mappings"];

export function KeptMappings({ columns, use }: { columns: ImportColumn[]; use: (columns: ImportColumn[]) => void }) {
  const { t } = useTexts();
  const [name, setName] = useState("");
  const kept = useQuery({ queryKey: KEY, queryFn: () => read(customers.GET("/import-mappings", { params: { query: { limit: 100 } } })) }).data?.items ?? [];
  const keep = useChange<void, unknown>(
    () => read(customers.PUT("/import-mappings/{name}", { params: { path: { name } }, body: { columns, consents: [] } })), [KEY],
    () => { notifications.show({ message: t("imports.kept", { name }) }); setName(""); },
  );
  function submit(event: FormEvent) {
    event.preventDefault();
    keep.mutate();
  }
  return (
    <>
      <Group align="flex-end" gap="sm">
        {kept.length > 0 && (
          <Select label={t("imports.use-kept")} placeholder={t("imports.use-kept-hint")} w={240} searchable value={null} data={kept.map((one) => one.name)}
            onChange={(chosen) => { const found = kept.find((one) => one.name === chosen); if (found) use(fromKept(found.columns, columns)); }} />
        )}
        <form onSubmit={submit}>
          <Group align="flex-end" gap="xs">
            <TextInput label={t("imports.keep-as")} w={200} maxLength={100} pattern="[^\/]+" required value={name} onChange={(event) => setName(event.currentTarget.value)} />
            <Button type="submit" variant="default" loading={keep.isPending}>{t("imports.keep")}</Button>
          </Group>
        </form>
      </Group>
      {keep.isError && <ProblemNote error={keep.error} />}
    </>
  );
}
