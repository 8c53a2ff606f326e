/** Tabs whose choice stands in the address, so that a link leads to what was seen. */
import { Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";

export interface Tab {
  id: string;
  title: string;
  content: () => ReactNode;
}

export function AddressTabs({ tabs }: { tabs: Tab[] }) {
  const { tab } = useSearch({ strict: false }) as { tab?: string };
  const navigate = useNavigate();
  const chosen = tabs.find((one) => one.id === tab) ?? tabs[0];
  if (!chosen) return null;
  return (
    <Tabs value={chosen.id} keepMounted={false} onChange={(id) => void navigate({ to: ".", search: { tab: id ?? undefined } as never, replace: true })}>
      <Tabs.List mb="md">
        {tabs.map((one) => <Tabs.Tab key={one.id} value={one.id}>{one.title}</Tabs.Tab>)}
      </Tabs.List>
      {tabs.map((one) => <Tabs.Panel key={one.id} value={one.id}>{one.content()}</Tabs.Panel>)}
    </Tabs>
  );
}
