/** Make a form, or give it another wording: the words are stored as a version of their own before the form shows them. */
import { Button, Checkbox, Group, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { privacy, read, type SignUpForm } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { useTexts } from "../../app/texts";
import { ProblemNote } from "../../components/ProblemNote";

/** Those of the hosted pages, each in its own name. */
export const LANGUAGE_NAMES: Record<string, string> = { en: "English", de: "Deutsch", fr: "Français", da: "Dansk", ro: "Română", cs: "Čeština" };

interface Draft {
  name: string;
  language: string;
  heading: string;
  wording: string;
  askName: boolean;
}

export function FormEditor({ form, done }: { form: SignUpForm | null; done: () => void }) {
  const { t, language } = useTexts();
  const [draft, setDraft] = useState<Draft>({ name: form?.name ?? "newsletter", language, heading: form?.titles[language] ?? "", wording: "", askName: form?.ask_name ?? false });
  const put = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const save = useChange<void, unknown>(() => define(form, draft), [["forms"]], done);
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        {!form && <TextInput label={t("forms.name")} description={t("forms.name-hint")} required pattern="[a-z0-9][a-z0-9\-]{0,49}" value={draft.name} onChange={(event) => put({ name: event.currentTarget.value })} />}
        <Select label={t("forms.language")} allowDeselect={false} value={draft.language} data={Object.entries(LANGUAGE_NAMES).map(([value, label]) => ({ value, label }))}
          onChange={(next) => next && put({ language: next, heading: form?.titles[next] ?? draft.heading })} />
        <TextInput label={t("forms.heading")} required maxLength={200} value={draft.heading} onChange={(event) => put({ heading: event.currentTarget.value })} />
        <Textarea label={t("consents.wording")} description={t("forms.wording-hint")} required autosize minRows={3} maxLength={4000} value={draft.wording} onChange={(event) => put({ wording: event.currentTarget.value })} />
        <Checkbox label={t("forms.ask-name")} checked={draft.askName} onChange={(event) => put({ askName: event.currentTarget.checked })} />
        {save.isError && <ProblemNote error={save.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={done}>{t("action.cancel")}</Button>
          <Button type="submit" loading={save.isPending}>{t("action.save")}</Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The words are kept under the second in which they were written: other words are another version. */
async function define(form: SignUpForm | null, { name, language, heading, wording, askName }: Draft): Promise<unknown> {
  const notice = form?.notices[0] ?? `form-${name}`;
  const version = new Date().toISOString().slice(0, 19).replace(/[^0-9]+/g, "-");
  await read(privacy.POST("/notices", { body: { name: notice, version, language, purpose: "marketing", channels: ["email"], text: wording } }));
  const titles = { ...form?.titles, [language]: heading };
  return read(privacy.PUT("/signup-forms/{name}", { params: { path: { name } }, body: { titles, notices: form?.notices ?? [notice], ask_name: askName, archived: form?.archived ?? false } }));
}
