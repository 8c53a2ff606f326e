/** One event that could not be handled: what came, why it failed, and what is done about it. */
import { Button, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import type { DeadLetterBytes } from "../../api/clients";
import { deadLetters, type Service } from "../../api/deadLetters";
import { useChange } from "../../api/hooks";
import { useTexts } from "../../app/texts";
import { Confirm } from "../../components/Confirm";
import { Loaded } from "../../components/Loaded";
import { Facts, Page, Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { State } from "../../components/State";

export function DeadLetterPage() {
  const { service, id } = useParams({ strict: false }) as { service: Service; id: string };
  const query = useQuery({
    queryKey: ["dead-letters", service, "one", id],
    queryFn: () => deadLetters[service].get(id),
    refetchInterval: ({ state }) => (state.data?.state === "replaying" ? 1_000 : false),
  });
  return <Loaded query={query}>{(letter) => <Shown key={letter.changed_at} service={service} letter={letter} />}</Loaded>;
}

function Shown({ service, letter }: { service: Service; letter: DeadLetterBytes }) {
  const { t, time } = useTexts();
  const [text, setText] = useState(readable(letter.repaired_text ?? letter.value_text));
  const [note, setNote] = useState("");
  const alters = [["dead-letters"], ["needs"]];
  const doors = deadLetters[service];
  const repair = useChange<void, unknown>(() => doors.repair(letter.id, text, note), alters, () => notifications.show({ message: t("action.saved") }));
  const replay = useChange<void, unknown>(() => doors.replay(letter.id, note), alters);
  const discard = useChange<void, unknown>(() => doors.discard(letter.id, note), alters);
  const open = letter.state === "open";
  return (
    <Page title={t("dead.title")} about={<Group gap="md"><State value={letter.state} /><span>{service}</span><span className="mono">{letter.id}</span></Group>}
      actions={open && <>
        <Confirm variant="default" color="red" label={t("dead.discard")} title={t("dead.discard")} what={t("dead.discard-what")} act={discard} />
        <Confirm label={t("dead.replay")} title={t("dead.replay")} what={t("dead.replay-what")} act={replay} />
      </>}>
      <Panel>
        <Facts facts={[
          [t("dead.reason"), letter.reason],
          [t("dead.error"), <span key="error" className="pre">{letter.error}</span>],
          [t("dead.place"), `${letter.topic} / ${letter.partition} / ${letter.offset}`],
          [t("dead.event"), letter.event_id ?? "–"],
          [t("dead.attempts"), letter.attempts],
          [t("field.when"), time(letter.created_at)],
          [t("dead.changed"), letter.changed_at ? `${time(letter.changed_at)}, ${letter.changed_by}${letter.note ? `: ${letter.note}` : ""}` : "–"],
        ]} />
      </Panel>
      <Panel title={letter.was_repaired ? t("dead.repaired") : t("dead.bytes")}>
        {letter.value_text === null && letter.value_base64 && <Text size="sm">{t("dead.no-text", { count: letter.value_base64.length })}</Text>}
        <Stack>
          <Textarea aria-label={t("dead.bytes")} value={text} readOnly={!open} autosize minRows={6} maxRows={30} classNames={{ input: "mono" }} spellCheck={false} onChange={(event) => setText(event.currentTarget.value)} />
          {open && <TextInput label={t("dead.note")} value={note} onChange={(event) => setNote(event.currentTarget.value)} />}
          {repair.isError && <ProblemNote error={repair.error} />}
          {open && <Group><Button variant="default" disabled={text.trim() === ""} loading={repair.isPending} onClick={() => repair.mutate()}>{t("dead.repair")}</Button></Group>}
        </Stack>
      </Panel>
    </Page>
  );
}

/** JSON with line breaks; anything else as it came. */
function readable(text: string | null): string {
  try {
    return JSON.stringify(JSON.parse(text ?? ""), null, 2);
  } catch {
    return text ?? "";
  }
}
