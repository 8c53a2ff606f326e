/** Subject, text and HTML of a letter, with what can be inserted. What is wrong with it the API says on saving. */
import { Button, Group, Menu, Stack, Tabs, Textarea, TextInput } from "@mantine/core";
import { useRef } from "react";
import type { CampaignDraft } from "../../api/clients";
import { useTexts, type TextKey } from "../../app/texts";

type Content = CampaignDraft["content"];

const INSERTS: [TextKey, string][] = [
  ["edit.given-name", "{{ customer.given_name | default: 'there' }}"],
  ["edit.unsubscribe", "{{ unsubscribe_url }}"],
  ["edit.campaign-name", "{{ campaign.name }}"],
  ["edit.amount", "{{ event.amount }}"],
];

export function LetterEditor({ content, set }: { content: Content; set: (content: Content) => void }) {
  const { t } = useTexts();
  return (
    <Stack>
      <TextInput label={t("letter.subject")} required value={content.subject} onChange={(event) => set({ ...content, subject: event.currentTarget.value })} />
      <Tabs defaultValue="text">
        <Tabs.List mb="sm">
          <Tabs.Tab value="text">{t("letter.text")}</Tabs.Tab>
          <Tabs.Tab value="html">{t("letter.html")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="text"><Template label={t("letter.text")} hint={t("edit.text-hint")} value={content.text} set={(text) => set({ ...content, text })} /></Tabs.Panel>
        <Tabs.Panel value="html"><Template label={t("letter.html")} hint={t("edit.html-hint")} value={content.html ?? ""} set={(html) => set({ ...content, html: html || null })} /></Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function Template({ label, hint, value, set }: { label: string; hint: string; value: string; set: (text: string) => void }) {
  const { t } = useTexts();
  const area = useRef<HTMLTextAreaElement>(null);
  function insert(what: string) {
    const at = area.current?.selectionStart ?? value.length;
    set(value.slice(0, at) + what + value.slice(area.current?.selectionEnd ?? at));
    area.current?.focus();
  }
  return (
    <Stack gap="xs">
      <Textarea ref={area} aria-label={label} description={hint} autosize minRows={10} maxRows={28} value={value} classNames={{ input: "mono" }} spellCheck={false} onChange={(event) => set(event.currentTarget.value)} />
      <Group>
        <Menu position="bottom-start">
          <Menu.Target><Button variant="default" size="xs">{t("edit.insert")}</Button></Menu.Target>
          <Menu.Dropdown>{INSERTS.map(([text, what]) => <Menu.Item key={text} onClick={() => insert(what)}>{t(text)}</Menu.Item>)}</Menu.Dropdown>
        </Menu>
      </Group>
    </Stack>
  );
}
