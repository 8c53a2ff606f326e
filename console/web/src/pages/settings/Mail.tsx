/** Who writes and over which mail server, with a check of the server that sends nothing. */
import { Alert, Button, Group, List, NumberInput, PasswordInput, Select, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { campaigns, read, type SendingNow } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";

const ALTERS = [["settings"], ["first-steps"]];

export function SenderForm({ now }: { now: SendingNow }) {
  const { t } = useTexts();
  const may = useCan()("campaigns:settings");
  const [sender, setSender] = useState({ name: now.sender.name, address: now.sender.address });
  const save = useChange<void, unknown>(() => read(campaigns.PUT("/settings/sending", { body: { sender } })), ALTERS, () => notifications.show({ message: t("action.saved") }));
  return (
    <Panel title={t("settings.sender")} actions={may && <Button size="xs" loading={save.isPending} aria-label={`${t("action.save")}: ${t("settings.sender")}`} onClick={() => save.mutate()}>{t("action.save")}</Button>}>
      <From set={now.sender.set_by} />
      <Group grow align="flex-start">
        <TextInput label={t("settings.sender-name")} readOnly={!may} required value={sender.name} onChange={(event) => setSender({ ...sender, name: event.currentTarget.value })} />
        <TextInput label={t("settings.sender-address")} type="email" readOnly={!may} required value={sender.address} onChange={(event) => setSender({ ...sender, address: event.currentTarget.value })} />
      </Group>
      <Text size="xs" c="dimmed">{t("settings.sender-hint")}</Text>
      {save.isError && <ProblemNote error={save.error} />}
    </Panel>
  );
}

export function ServerForm({ now }: { now: SendingNow }) {
  const { t, word, time } = useTexts();
  const may = useCan()("campaigns:settings");
  const { host, port, security, user } = now.server;
  const [server, setServer] = useState({ host, port, security, user: user ?? "", password: "" });
  const set = (part: Partial<typeof server>) => setServer({ ...server, ...part });
  const save = useChange<void, unknown>(
    () => read(campaigns.PUT("/settings/sending", { body: { server: { ...server, user: server.user || null, password: server.password || null } } })),
    ALTERS, () => { set({ password: "" }); notifications.show({ message: t("action.saved") }); },
  );
  const check = useChange<void, { ok: boolean; steps: { step: string; ok: boolean; detail: string | null }[] }>(() => read(campaigns.POST("/settings/sending/check")), ALTERS);
  return (
    <Panel title={t("settings.server")} actions={may && <Group gap="xs">
      <Button size="xs" variant="default" disabled={save.isPending} loading={check.isPending} onClick={() => check.mutate()}>{t("settings.check")}</Button>
      <Button size="xs" loading={save.isPending} aria-label={`${t("action.save")}: ${t("settings.server")}`} onClick={() => save.mutate()}>{t("action.save")}</Button></Group>}>
      <From set={now.server.set_by} />
      <Group grow align="flex-start">
        <TextInput label={t("settings.host")} readOnly={!may} required value={server.host} onChange={(event) => set({ host: event.currentTarget.value })} />
        <NumberInput label={t("settings.port")} readOnly={!may} min={1} max={65535} allowDecimal={false} value={server.port} onChange={(value) => set({ port: Number(value) })} />
      </Group>
      <Select label={t("settings.security")} allowDeselect={false} readOnly={!may} value={server.security} onChange={(value) => value && set({ security: value as typeof security })}
        data={(["starttls", "none"] as const).map((value) => ({ value, label: word("security", value) }))} />
      <Group grow align="flex-start">
        <TextInput label={t("settings.user")} readOnly={!may} autoComplete="off" value={server.user} onChange={(event) => set({ user: event.currentTarget.value })} />
        <PasswordInput label={t("settings.password")} readOnly={!may} autoComplete="new-password" placeholder={now.server.password_set ? t("settings.password-kept") : ""} value={server.password}
          visibilityToggleButtonProps={{ "aria-label": t("sign-in.show") }} onChange={(event) => set({ password: event.currentTarget.value })} />
      </Group>
      <Text size="xs" c="dimmed">{t("settings.password-hint")}</Text>
      {now.checked_at && <Text size="sm">{t("settings.checked", { when: time(now.checked_at) })}</Text>}
      {save.isError && <ProblemNote error={save.error} />}
      {check.isError && <ProblemNote error={check.error} />}
      {check.data && (
        <Alert color={check.data.ok ? "green" : "red"} role="status" title={t(check.data.ok ? "settings.check-ok" : "settings.check-failed")}>
          <List size="sm">{check.data.steps.map((one) => <List.Item key={one.step}>{word("check", one.step)}: {one.ok ? t("state.ok") : one.detail ?? t("state.failed")}</List.Item>)}</List>
        </Alert>
      )}
    </Panel>
  );
}

export function From({ set }: { set: "people" | "environment" }) {
  const { t } = useTexts();
  return set === "environment" ? <Text size="xs" c="dimmed">{t("settings.from-environment")}</Text> : null;
}
