/** From an empty installation to the first mail: what is done, what comes next, and where. */
import { Anchor, Group, List, Text, ThemeIcon } from "@mantine/core";
import { useQueries, type UseQueryOptions } from "@tanstack/react-query";
import { useState } from "react";
import { analytics, campaigns, customers, read } from "../../api/clients";
import { useCan } from "../../app/session";
import { useTexts, type TextKey } from "../../app/texts";
import { Go } from "../../components/Go";
import { Icon } from "../../components/Icon";
import { Panel } from "../../components/Page";

interface Step {
  key: string;
  text: TextKey;
  hint: TextKey;
  scope: string;
  to: string;
  search?: Record<string, string>;
  isDone: () => Promise<boolean>;
}

const ONE = { params: { query: { limit: 1 } } };

const STEPS: Step[] = [
  {
    key: "settings", text: "first.settings", hint: "first.settings-hint", scope: "campaigns:settings", to: "/settings",
    isDone: async () => (await read(campaigns.GET("/settings/sending"))).checked_at !== null,
  },
  {
    key: "import", text: "first.import", hint: "first.import-hint", scope: "customers:import", to: "/imports",
    isDone: async () => (await read(customers.GET("/customers", ONE))).items.length > 0,
  },
  {
    key: "segment", text: "first.segment", hint: "first.segment-hint", scope: "analytics:write", to: "/templates", search: { tab: "segments" },
    isDone: async () => (await read(analytics.GET("/segments", ONE))).items.length > 0,
  },
  {
    key: "letter", text: "first.letter", hint: "first.letter-hint", scope: "campaigns:write", to: "/templates", search: { tab: "campaigns" },
    isDone: async () => (await read(campaigns.GET("/campaigns", ONE))).items.length > 0,
  },
  {
    key: "send", text: "first.send", hint: "first.send-hint", scope: "campaigns:send", to: "/campaigns",
    isDone: async () => (await read(campaigns.GET("/campaigns", { params: { query: { limit: 100 } } }))).items.some((one) => one.started_at !== null),
  },
];

const KEPT = "crm-first-steps";

/** Nothing once all is done, or when the reader has put it away. */
export function FirstSteps() {
  const { t } = useTexts();
  const can = useCan();
  const [away, setAway] = useState(() => localStorage.getItem(KEPT) === "away");
  const mine = STEPS.filter((step) => can(step.scope));
  const found = useQueries({
    queries: mine.map((step): UseQueryOptions<boolean> => ({ queryKey: ["first-steps", step.key], queryFn: step.isDone, enabled: !away, staleTime: 10_000 })),
  });
  const done = found.map((query) => query.data === true);
  const next = done.indexOf(false);
  // A list that is half known would show what has long been done as open.
  if (away || mine.length === 0 || next < 0 || found.some((query) => query.data === undefined)) return null;
  function putAway() {
    localStorage.setItem(KEPT, "away");
    setAway(true);
  }
  return (
    <Panel title={t("first.title")} actions={<Group gap="md"><Text size="sm" c="dimmed">{t("first.count", { done: done.filter(Boolean).length, all: mine.length })}</Text>
      <Anchor component="button" type="button" size="sm" onClick={putAway}>{t("first.hide")}</Anchor></Group>}>
      <List spacing="xs" center={false} listStyleType="none" aria-label={t("first.title")}>
        {mine.map((step, index) => (
          <List.Item key={step.key} icon={<Mark done={done[index] ?? false} />} aria-current={index === next ? "step" : undefined}>
            <Go to={step.to} search={(step.search ?? {}) as never} fw={index === next ? 650 : 400}>{t(step.text)}</Go>
            <Text size="sm" c="dimmed">{done[index] ? t("first.done") : t(step.hint)}</Text>
          </List.Item>
        ))}
      </List>
    </Panel>
  );
}

function Mark({ done }: { done: boolean }) {
  return <ThemeIcon size={22} radius="xl" color={done ? "green" : "gray"} variant={done ? "filled" : "light"} aria-hidden="true">{done ? <Icon name="check" size={14} /> : null}</ThemeIcon>;
}
