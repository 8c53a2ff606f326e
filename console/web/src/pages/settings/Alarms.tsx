/** Where alarms go: a mailbox over a mail server of their own, and a signed webhook; with a test. */
import { Alert, Button, Group, List, NumberInput, PasswordInput, Select, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ask } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { useTexts } from "../../app/texts";
import { Loaded } from "../../components/Loaded";
import { Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";

type Security = "starttls" | "none";

interface Now {
  mailbox: string | null;
  sender: string;
  server: { host: string; port: number; security: Security; user: string | null } | null;
  webhook_url: string | null;
  password_set: boolean;
  webhook_secret_set: boolean;
  installation_server: boolean;
  ways: string[];
}

export function AlarmSettings() {
  const query = useQuery({ queryKey: ["alarms", "settings"], queryFn: () => ask<Now>("/alarms/settings"), retry: false });
  return <Loaded query={query}>{(data) => <Form now={data} />}</Loaded>;
}

function Form({ now }: { now: Now }) {
  const { t, word } = useTexts();
  const [to, setTo] = useState({ mailbox: now.mailbox ?? "", sender: now.sender, webhook_url: now.webhook_url ?? "", webhook_secret: "" });
  const [server, setServer] = useState({ host: "", port: 587, security: "starttls" as Security, ...now.server, user: now.server?.user ?? "", password: "" });
  const body = () => ({
    mailbox: to.mailbox || null, sender: to.sender, webhook_url: to.webhook_url || null, webhook_secret: to.webhook_secret || null,
    server: server.host ? { ...server, user: server.user || null, password: server.password || null } : null,
  });
  const save = useChange<void, Now>(() => ask<Now>("/alarms/settings", body()), [["alarms"]], () => notifications.show({ message: t("action.saved") }));
  const test = useChange<void, Record<string, string>>(() => ask<Record<string, string>>("/alarms/test", {}), [["alarms"]]);
  return (
    <Panel title={t("alarms.where")} actions={<Group gap="xs">
      <Button size="xs" variant="default" loading={test.isPending} disabled={save.isPending || now.ways.length === 0} onClick={() => test.mutate()}>{t("alarms.test")}</Button>
      <Button size="xs" loading={save.isPending} onClick={() => save.mutate()}>{t("action.save")}</Button></Group>}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">{t("alarms.where-hint")}</Text>
        <Group grow align="flex-start">
          <TextInput label={t("alarms.mailbox")} type="email" value={to.mailbox} onChange={(event) => setTo({ ...to, mailbox: event.currentTarget.value })} />
          <TextInput label={t("settings.sender-address")} type="email" value={to.sender} onChange={(event) => setTo({ ...to, sender: event.currentTarget.value })} />
        </Group>
        <Group grow align="flex-start">
          <TextInput label={t("settings.host")} placeholder={now.installation_server ? t("alarms.installation-server") : ""} value={server.host} onChange={(event) => setServer({ ...server, host: event.currentTarget.value })} />
          <NumberInput label={t("settings.port")} min={1} max={65535} allowDecimal={false} value={server.port} onChange={(value) => setServer({ ...server, port: Number(value) })} />
          <Select label={t("settings.security")} allowDeselect={false} value={server.security} onChange={(value) => value && setServer({ ...server, security: value as Security })}
            data={(["starttls", "none"] as const).map((value) => ({ value, label: word("security", value) }))} />
        </Group>
        <Group grow align="flex-start">
          <TextInput label={t("settings.user")} autoComplete="off" value={server.user} onChange={(event) => setServer({ ...server, user: event.currentTarget.value })} />
          <PasswordInput label={t("settings.password")} autoComplete="new-password" placeholder={now.password_set ? t("settings.password-kept") : ""} value={server.password}
            visibilityToggleButtonProps={{ "aria-label": t("sign-in.show") }} onChange={(event) => setServer({ ...server, password: event.currentTarget.value })} />
        </Group>
        <Group grow align="flex-start">
          <TextInput label={t("alarms.webhook")} type="url" placeholder="https://" value={to.webhook_url} onChange={(event) => setTo({ ...to, webhook_url: event.currentTarget.value })} />
          <PasswordInput label={t("alarms.secret")} autoComplete="new-password" placeholder={now.webhook_secret_set ? t("settings.password-kept") : "whsec_"} value={to.webhook_secret}
            visibilityToggleButtonProps={{ "aria-label": t("sign-in.show") }} onChange={(event) => setTo({ ...to, webhook_secret: event.currentTarget.value })} />
        </Group>
        {now.ways.length === 0 && <Alert color="yellow">{t("alarms.nowhere")}</Alert>}
        {save.isError && <ProblemNote error={save.error} />}
        {test.isError && <ProblemNote error={test.error} />}
        {test.data && (
          <Alert color={Object.values(test.data).every((found) => found === "ok") ? "green" : "red"} role="status">
            <List size="sm">{Object.entries(test.data).map(([way, found]) => <List.Item key={way}>{word("way", way)}: {found === "ok" ? t("state.ok") : found}</List.Item>)}</List>
          </Alert>
        )}
      </Stack>
    </Panel>
  );
}
