/** The frame of a page: its heading, what it is about, and what can be done on it. */
import { Box, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";

export function Page({ title, about, actions, children }: { title: string; about?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  useDocumentTitle(`${title} · CRM`);
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Box>
          <Title order={1} size="h2" className="breakable">{title}</Title>
          {about && <Text c="dimmed" size="sm" component="div">{about}</Text>}
        </Box>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

export function Panel({ title, actions, children }: { title?: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <Paper withBorder p="md" component="section" className="panel" aria-label={title}>
      <Stack gap="sm">
        {(title || actions) && (
          <Group justify="space-between">
            {title && <Title order={2} size="h5">{title}</Title>}
            {actions}
          </Group>
        )}
        {children}
      </Stack>
    </Paper>
  );
}

export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <Stack gap={6} component="dl" m={0}>
      {facts.map(([name, value]) => (
        <Group key={name} gap="xs" wrap="nowrap" align="flex-start">
          <Text component="dt" size="sm" c="dimmed" w={150} style={{ flex: "none" }}>{name}</Text>
          <Text component="dd" size="sm" m={0} className="breakable">{value}</Text>
        </Group>
      ))}
    </Stack>
  );
}

export function Figure({ label, value, note }: { label: string; value: ReactNode; note?: ReactNode }) {
  return (
    <Paper withBorder p="md" role="group" aria-label={label}>
      <Text size="sm" c="dimmed">{label}</Text>
      <div className="figure">{value}</div>
      {note && <Text size="xs" c="dimmed">{note}</Text>}
    </Paper>
  );
}
