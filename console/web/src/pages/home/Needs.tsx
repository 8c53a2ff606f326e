/** What waits for somebody, each with the place where it is dealt with; only what the reader may deal with. */
import { Group, Stack, Text } from "@mantine/core";
import { useQueries, type UseQueryOptions } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { campaigns, customers, privacy, read } from "../../api/clients";
import { deadLetters, SERVICES } from "../../api/deadLetters";
import { useCan } from "../../app/session";
import { useTexts, type Speech } from "../../app/texts";
import { Go } from "../../components/Go";
import { Waiting } from "../../components/Loaded";
import { Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";

interface Need {
  key: string;
  scope: string;
  look: (speech: Speech) => Promise<ReactNode>;
}

const LIMIT = 100;

const NEEDS: Need[] = [
  {
    key: "switch", scope: "campaigns:read",
    look: async ({ t }) => (await read(campaigns.GET("/switch"))).halted && <Go to="/operations" search={{ tab: "sending" } as never}>{t("home.halted")}</Go>,
  },
  ...SERVICES.map((service): Need => ({
    key: `dead-${service}`, scope: "operations",
    look: async (speech) => {
      const page = await deadLetters[service].list("open", undefined, LIMIT);
      return page.items.length > 0 && (
        <Go to="/operations" search={{ tab: "dead-letters", service } as never}>{speech.t("home.dead", { count: counted(page, speech), service })}</Go>
      );
    },
  })),
  {
    key: "overdue", scope: "privacy:read",
    look: async (speech) => {
      const page = await read(privacy.GET("/erasures", { params: { query: { overdue: true, limit: LIMIT } } }));
      return page.items.length > 0 && <Go to="/privacy" search={{ tab: "erasures" } as never}>{speech.t("home.overdue", { count: counted(page, speech) })}</Go>;
    },
  },
  {
    key: "unchecked", scope: "privacy:erase",
    look: async (speech) => {
      const page = await read(privacy.GET("/erasures", { params: { query: { state: "waiting", limit: LIMIT } } }));
      return page.items.length > 0 && <Go to="/privacy" search={{ tab: "erasures" } as never}>{speech.t("home.unchecked", { count: counted(page, speech) })}</Go>;
    },
  },
  {
    key: "requests-due", scope: "privacy:requests",
    look: async (speech) => {
      const page = await read(privacy.GET("/requests", { params: { query: { due_soon: true, limit: LIMIT } } }));
      return page.items.length > 0 && <Go to="/privacy" search={{ tab: "requests", show: "due_soon" } as never}>{speech.t("requests.home-due", { count: counted(page, speech) })}</Go>;
    },
  },
  {
    key: "requests-unchecked", scope: "privacy:requests",
    look: async (speech) => {
      const page = await read(privacy.GET("/requests", { params: { query: { state: "waiting", limit: LIMIT } } }));
      return page.items.length > 0 && <Go to="/privacy" search={{ tab: "requests", show: "waiting" } as never}>{speech.t("requests.home-unchecked", { count: counted(page, speech) })}</Go>;
    },
  },
  {
    key: "drafts", scope: "campaigns:send",
    look: async (speech) => {
      const page = await read(campaigns.GET("/campaigns", { params: { query: { state: "draft", limit: LIMIT } } }));
      return page.items.length > 0 && <Go to="/campaigns">{speech.t("home.drafts", { count: counted(page, speech) })}</Go>;
    },
  },
  {
    key: "proposals", scope: "customers:merge",
    look: async ({ t, number }) => {
      const { open } = await read(customers.GET("/duplicates/counts"));
      return open > 0 && <Go to="/customers/duplicates">{t("home.proposals", { count: number(open) })}</Go>;
    },
  },
  {
    key: "duplicates", scope: "customers:merge",
    look: async ({ t }) => (await read(customers.GET("/link-candidates", { params: { query: { limit: 1 } } }))).items.length > 0
      && <Go to="/customers/duplicates">{t("home.duplicates")}</Go>,
  },
];

function counted(page: { items: unknown[]; next: string | null }, { t, number }: Speech): string {
  const count = number(page.items.length);
  return page.next ? t("home.more", { count }) : count;
}

export function Needs() {
  const speech = useTexts();
  const can = useCan();
  const mine = NEEDS.filter((need) => can(need.scope));
  const found = useQueries({
    queries: mine.map((need): UseQueryOptions<ReactNode> => ({
      queryKey: ["needs", need.key, speech.language], queryFn: () => need.look(speech), refetchInterval: 15_000,
    })),
  });
  const failed = found.find((query) => query.isError);
  const there = found.flatMap((query, index) => (query.data ? [{ key: mine[index]!.key, what: query.data }] : []));
  return (
    <Panel title={speech.t("home.needs")}>
      {failed && <ProblemNote error={failed.error} retry={() => void failed.refetch()} />}
      {found.some((query) => query.isPending) && <Waiting lines={2} />}
      {!failed && there.length === 0 && found.every((query) => !query.isPending) && <Text size="sm" c="dimmed">{speech.t("home.nothing-needed")}</Text>}
      <Stack gap="xs">
        {there.map((need) => <Group key={need.key} gap={0} wrap="nowrap"><span className="dot dot-yellow" aria-hidden="true" />{need.what}</Group>)}
      </Stack>
    </Panel>
  );
}
