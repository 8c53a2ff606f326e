/** Forms on which people sign up: each with its page, the code for a page of the firm's, and how it looks. */
import { Anchor, Button, CopyButton, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { privacy, read, type SignUpForm } from "../../api/clients";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Loaded } from "../../components/Loaded";
import { Empty } from "../../components/Rows";
import { Panel } from "../../components/Page";
import { FormEditor, LANGUAGE_NAMES } from "./FormEditor";

export function SignUpForms() {
  const { t } = useTexts();
  const can = useCan();
  const query = useQuery({ queryKey: ["forms"], queryFn: () => read(privacy.GET("/signup-forms")) });
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" flex={1} miw={240}>{t("forms.about")}</Text>
        {can("privacy:admin") && <Editing label={t("forms.new")} />}
      </Group>
      <Loaded query={query}>
        {({ items }) => items.length === 0 ? <Empty>{t("forms.none")}</Empty> : <>{items.map((form) => <Shown key={form.name} form={form} />)}</>}
      </Loaded>
    </Stack>
  );
}

function Editing({ label, form }: { label: string; form?: SignUpForm }) {
  const { t } = useTexts();
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button size={form ? "xs" : "sm"} variant={form ? "default" : "filled"} onClick={open}>{label}</Button>
      <Modal opened={opened} onClose={close} title={label} size="lg" closeButtonProps={{ "aria-label": t("action.close") }}>
        <FormEditor form={form ?? null} done={close} />
      </Modal>
    </>
  );
}

function Shown({ form }: { form: SignUpForm }) {
  const { t, language: mine } = useTexts();
  const can = useCan();
  const languages = Object.keys(form.titles);
  const [language, setLanguage] = useState(languages.includes(mine) ? mine : languages[0] ?? mine);
  const query = useQuery({
    queryKey: ["forms", form.name, language, form.changed_at],
    queryFn: () => read(privacy.GET("/signup-forms/{name}/embed", { params: { path: { name: form.name }, query: { language } } })),
    enabled: !form.archived,
  });
  const edit = can("privacy:admin") && <Editing label={t("forms.change")} form={form} />;
  if (form.archived) return <Panel title={form.name} actions={edit}><Text size="sm">{t("forms.archived")}</Text></Panel>;
  return (
    <Panel title={form.titles[language] ?? form.name} actions={
      <Group gap="xs">
        {languages.length > 1 && <Select aria-label={t("forms.language")} size="xs" w={130} allowDeselect={false} value={language} onChange={(next) => next && setLanguage(next)}
          data={languages.map((value) => ({ value, label: LANGUAGE_NAMES[value] ?? value }))} />}
        {edit}
      </Group>}>
      <Loaded query={query}>
        {({ url, html }) => (
          <Stack>
            <Group gap="xs">
              <Text size="sm" c="dimmed">{t("forms.link")}</Text>
              <Anchor size="sm" href={url} target="_blank" rel="noreferrer" className="breakable" underline="always">{url}</Anchor>
              <Copy label={t("forms.link")} value={url} />
            </Group>
            <div>
              <Group gap="xs" mb={4}><Text size="sm" c="dimmed">{t("forms.code")}</Text><Copy label={t("forms.code")} value={html} /></Group>
              <pre className="mono pre" tabIndex={0} aria-label={t("forms.code")} role="region">{html}</pre>
              <Text size="xs" c="dimmed">{t("forms.code-hint")}</Text>
            </div>
            <div>
              <Text size="sm" c="dimmed" mb={4}>{t("forms.preview")}</Text>
              <iframe className="letter" title={`${t("forms.preview")}: ${form.name}`} sandbox="" srcDoc={html} />
            </div>
          </Stack>
        )}
      </Loaded>
    </Panel>
  );
}

function Copy({ label, value }: { label: string; value: string }) {
  const { t } = useTexts();
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => <Button size="compact-xs" variant="default" onClick={copy} aria-label={`${t("forms.copy")}: ${label}`}>{t(copied ? "forms.copied" : "forms.copy")}</Button>}
    </CopyButton>
  );
}
