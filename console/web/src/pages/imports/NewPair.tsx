/** Customers and their orders in one go: both files are dropped and read, and joined by the key that both have. */
import { Button, Group, SimpleGrid, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTexts } from "../../app/texts";
import { FileDrop } from "../../components/FileDrop";
import { GoButton } from "../../components/Go";
import { Page, Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { IMPORTS, KINDS, type ImportShown, type Kind } from "./doors";
import { ImportSteps } from "./ImportPage";
import { upload } from "./upload";

export function NewPair() {
  const { t } = useTexts();
  const navigate = useNavigate();
  const [files, setFiles] = useState<Partial<Record<Kind, File>>>({});
  const send = useMutation({
    mutationFn: async ({ customers, orders }: Record<Kind, File>) => {
      const [first, second] = await Promise.all([
        upload<ImportShown>(IMPORTS.customers.upload, customers, {}, () => undefined),
        upload<ImportShown>(IMPORTS.orders.upload, orders, {}, () => undefined),
      ]);
      return { id: first.import_id, beside: second.import_id };
    },
    onSuccess: ({ id, beside }) => void navigate({ to: "/imports/$kind/$id", params: { kind: "customers", id }, search: { beside } as never }),
  });
  const { customers, orders } = files;
  return (
    <Page title={t("imports.new-both")} about={t("imports.both-about")} actions={<GoButton variant="default" to="/imports">{t("action.cancel")}</GoButton>}>
      <ImportSteps at={0} />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {KINDS.map((kind) => (
          <Panel key={kind} title={t(`imports.kind-${kind}`)}>
            <FileDrop label={t(`imports.choose-${kind}`)} hint={files[kind] ? <strong className="breakable">{files[kind].name}</strong> : t(`imports.drop-${kind}`)}
              accept=".csv,.txt,.tsv,.xlsx" busy={send.isPending} take={(file) => { send.reset(); setFiles((before) => ({ ...before, [kind]: file })); }} />
          </Panel>
        ))}
      </SimpleGrid>
      {send.isError && <ProblemNote error={send.error} />}
      <Group justify="flex-end">
        <Text size="sm" c="dimmed">{t("imports.nothing-yet")}</Text>
        <Button disabled={!customers || !orders} loading={send.isPending} onClick={() => customers && orders && send.mutate({ customers, orders })}>{t("imports.read-both")}</Button>
      </Group>
    </Page>
  );
}
