/** Segments, campaigns and letters to begin with: each opens its builder, filled, to be looked at and changed. */
import { Group, Paper, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { GoButton } from "../../components/Go";
import { Page } from "../../components/Page";
import { AddressTabs, type Tab } from "../../components/Tabs";
import { CAMPAIGN_TEMPLATES, LETTER_TEMPLATES, segmentTemplate, SEGMENT_TEMPLATES } from "../../templates/templates";
import { sentenceOf } from "../segments/sentences";
import type { Node } from "../segments/tree";
import { useWords } from "../segments/useWords";

export function Gallery() {
  const { t } = useTexts();
  const can = useCan();
  const tabs: (Tab & { scope: string })[] = [
    { id: "segments", title: t("nav.segments"), scope: "analytics:write", content: () => <Segments /> },
    { id: "campaigns", title: t("nav.campaigns"), scope: "campaigns:write", content: () => <Campaigns /> },
    { id: "letters", title: t("templates.letters"), scope: "campaigns:write", content: () => <Letters /> },
  ];
  return (
    <Page title={t("templates.title")} about={t("templates.about")}>
      <AddressTabs tabs={tabs.filter((tab) => can(tab.scope))} />
    </Page>
  );
}

function Segments() {
  const { t, pair } = useTexts();
  const words = useWords();
  return (
    <Cards>
      {SEGMENT_TEMPLATES.map((one) => (
        <Card key={one.key} name={pair(one.name)} about={pair(one.about)} more={sentenceOf(one.definition as Node, words)}
          use={<GoButton size="xs" variant="default" to="/segments/new" search={{ template: one.key } as never} aria-label={`${t("templates.use")}: ${pair(one.name)}`}>{t("templates.use")}</GoButton>} />
      ))}
    </Cards>
  );
}

function Campaigns() {
  const { t, pair, word } = useTexts();
  return (
    <Cards>
      {CAMPAIGN_TEMPLATES.map((one) => {
        const segment = segmentTemplate(one.segment);
        return (
          <Card key={one.key} name={pair(one.name)} about={pair(one.about)} more={[word("trigger", one.draft.trigger.kind), segment && pair(segment.name)].filter(Boolean).join(": ")}
            use={<GoButton size="xs" variant="default" to="/campaigns/new" search={{ template: one.key } as never} aria-label={`${t("templates.use")}: ${pair(one.name)}`}>{t("templates.use")}</GoButton>} />
        );
      })}
    </Cards>
  );
}

function Letters() {
  const { t, pair, language } = useTexts();
  return (
    <Cards>
      {LETTER_TEMPLATES.map((one) => (
        <Card key={one.key} name={pair(one.name)} about={pair(one.about)} more={one.content[language].text.split("\n\n").slice(1, 2).join("")}
          use={<GoButton size="xs" variant="default" to="/campaigns/new" search={{ letter: one.key } as never} aria-label={`${t("templates.use")}: ${pair(one.name)}`}>{t("templates.use")}</GoButton>} />
      ))}
    </Cards>
  );
}

function Cards({ children }: { children: ReactNode }) {
  return <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>{children}</SimpleGrid>;
}

function Card({ name, about, more, use }: { name: string; about: string; more: string; use: ReactNode }) {
  return (
    <Paper withBorder p="md" component="article" aria-label={name}>
      <Stack gap="xs" h="100%" justify="space-between">
        <div>
          <Title order={2} size="h5">{name}</Title>
          <Text size="sm">{about}</Text>
          <Text size="xs" c="dimmed" mt={6} className="sentence breakable">{more}</Text>
        </div>
        <Group>{use}</Group>
      </Stack>
    </Paper>
  );
}
