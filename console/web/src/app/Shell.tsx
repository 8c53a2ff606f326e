/** The frame of all pages: where to go, who is signed in, language and colours. */
import {
  ActionIcon, AppShell, Box, Burger, Button, Group, NavLink, Stack, Text, useComputedColorScheme, useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Navigate, Outlet, useLocation } from "@tanstack/react-router";
import { useEffect } from "react";
import { ask } from "../api/clients";
import { Icon, type IconName } from "../components/Icon";
import { Loaded } from "../components/Loaded";
import { AlarmBanner } from "../pages/operations/Alarms";
import { sessionQuery, useCan, type Session } from "./session";
import { useTexts, type TextKey } from "./texts";

const AREAS: { to: string; text: TextKey; icon: IconName; scope: string | null }[] = [
  { to: "/", text: "nav.home", icon: "home", scope: null },
  { to: "/customers", text: "nav.customers", icon: "people", scope: "customers:read" },
  { to: "/cases", text: "nav.cases", icon: "chat", scope: "cases:read" },
  { to: "/imports", text: "nav.imports", icon: "file", scope: "customers:import" },
  { to: "/segments", text: "nav.segments", icon: "segment", scope: "analytics:read" },
  { to: "/catalogue", text: "nav.catalogue", icon: "box", scope: "catalogue:read" },
  { to: "/campaigns", text: "nav.campaigns", icon: "campaign", scope: "campaigns:read" },
  { to: "/insights", text: "nav.insights", icon: "chart", scope: "analytics:read" },
  { to: "/privacy", text: "nav.privacy", icon: "shield", scope: "privacy:read" },
  { to: "/settings", text: "nav.settings", icon: "sliders", scope: "campaigns:read" },
  { to: "/operations", text: "nav.operations", icon: "pulse", scope: "operations" },
];

export function Shell() {
  const session = useQuery(sessionQuery);
  const here = useLocation();
  return (
    <Loaded query={session}>
      {(data) => (data.user === null
        ? <Navigate to="/sign-in" search={{ to: here.href }} replace />
        : <Frame session={data} path={here.pathname} />)}
    </Loaded>
  );
}

function Frame({ session, path }: { session: Session; path: string }) {
  const { t } = useTexts();
  const can = useCan();
  const [opened, { toggle, close }] = useDisclosure();
  useEffect(close, [path, close]);
  return (
    <AppShell header={{ height: 54 }} navbar={{ width: 220, breakpoint: "sm", collapsed: { mobile: !opened } }} padding="lg">
      <a className="skip" href="#content">{t("app.skip")}</a>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t("app.menu")} />
            <img src="/icon.svg" width={26} height={26} alt="" />
            <Text fw={650}>CRM</Text>
          </Group>
          <Preferences session={session} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t("app.menu")}>
        {AREAS.filter((area) => area.scope === null || can(area.scope)).map((area) => (
          <NavLink key={area.to} component={Link} to={area.to} label={t(area.text)} leftSection={<Icon name={area.icon} />}
            active={area.to === "/" ? path === "/" : path.startsWith(area.to)} variant="light" color="gray"
            style={{ borderRadius: "var(--mantine-radius-md)", color: "var(--mantine-color-text)" }} />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Box maw={1240} mx="auto"><AlarmBanner /><Outlet /></Box>
      </AppShell.Main>
    </AppShell>
  );
}

function Preferences({ session }: { session: Session }) {
  const { t, language, setLanguage, word } = useTexts();
  const client = useQueryClient();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  async function leave() {
    await ask("/auth/sign-out", {});
    client.clear();
    location.assign("/sign-in");
  }
  return (
    <Group gap="xs" wrap="nowrap">
      <Stack gap={0} align="flex-end" visibleFrom="xs">
        <Text size="sm" lh={1.2}>{session.user}</Text>
        <Text size="xs" c="dimmed" lh={1.2}>{session.roles.map((role) => word("role", role)).join(", ")}</Text>
      </Stack>
      <Button size="compact-sm" variant="subtle" color="gray" c="var(--mantine-color-text)" lang={language === "en" ? "de" : "en"}
        onClick={() => setLanguage(language === "en" ? "de" : "en")}>{t("app.language")}</Button>
      <ActionIcon variant="subtle" color="gray" c="var(--mantine-color-text)" aria-label={dark ? t("app.light") : t("app.dark")}
        onClick={() => setColorScheme(dark ? "light" : "dark")}><Icon name={dark ? "sun" : "moon"} /></ActionIcon>
      <ActionIcon variant="subtle" color="gray" c="var(--mantine-color-text)" aria-label={t("sign-in.out")} onClick={() => void leave()}>
        <Icon name="leave" />
      </ActionIcon>
    </Group>
  );
}
