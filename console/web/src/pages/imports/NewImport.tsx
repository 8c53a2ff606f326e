/** The first step: a file is dropped and read. Where its letters cannot be told, the reader chooses by what they see. */
import { Alert, Group, Progress, Radio, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { asProblem } from "../../api/problem";
import { NoPage } from "../../app/Guarded";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { FileDrop } from "../../components/FileDrop";
import { GoButton } from "../../components/Go";
import { Page, Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { IMPORTS, isKind, type ImportShown, type Kind } from "./doors";
import { ImportSteps } from "./ImportPage";
import { upload, type Reading } from "./upload";

export function NewImport() {
  const { kind } = useParams({ strict: false }) as { kind?: string };
  const can = useCan();
  return isKind(kind) && can(IMPORTS[kind].scope) ? <Dropping kind={kind} /> : <NoPage />;
}

function Dropping({ kind }: { kind: Kind }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const [file, setFile] = useState<File | null>(null);
  const [share, setShare] = useState(0);
  const send = useMutation({
    mutationFn: ({ file, reading }: { file: File; reading: Reading }) => upload<ImportShown>(IMPORTS[kind].upload, file, reading, setShare),
    onSuccess: (made) => void navigate({ to: "/imports/$kind/$id", params: { kind, id: made.import_id } }),
  });
  function take(next: File, reading: Reading = {}) {
    setFile(next);
    setShare(0);
    send.mutate({ file: next, reading });
  }
  const previews = send.isError ? asProblem(send.error).more.previews as Record<string, string[]> | undefined : undefined;
  return (
    <Page title={t(`imports.new-${kind}`)} about={t("imports.nothing-yet")} actions={<GoButton variant="default" to="/imports" search={{ tab: kind } as never}>{t("action.cancel")}</GoButton>}>
      <ImportSteps at={0} />
      <FileDrop label={t("imports.choose")} hint={t("imports.drop-hint")} accept=".csv,.txt,.tsv,.xlsx" busy={send.isPending} take={take} />
      {send.isPending && file && (
        <Panel>
          <Text size="sm" role="status">{share < 1 ? t("imports.sending", { file: file.name }) : t("imports.reading", { file: file.name })}</Text>
          <Progress value={share * 100} animated={share >= 1} aria-label={t("imports.sending", { file: file.name })} />
        </Panel>
      )}
      {send.isError && (previews && file
        ? <Encodings file={file} previews={previews} choose={(encoding) => take(file, { encoding })} />
        : <ProblemNote error={send.error} />)}
    </Page>
  );
}

function Encodings({ file, previews, choose }: { file: File; previews: Record<string, string[]>; choose: (encoding: string) => void }) {
  const { t } = useTexts();
  return (
    <Alert color="yellow" role="alert" title={t("imports.encoding")}>
      <Radio.Group label={t("imports.encoding-hint", { file: file.name })} onChange={choose}>
        <Stack mt="sm">
          {Object.entries(previews).map(([encoding, lines]) => (
            <Group key={encoding} wrap="nowrap" align="flex-start">
              <Radio value={encoding} label={<><strong>{encoding}</strong><br /><span className="mono breakable">{lines.slice(0, 3).join(" ⏎ ")}</span></>} />
            </Group>
          ))}
        </Stack>
      </Radio.Group>
    </Alert>
  );
}
