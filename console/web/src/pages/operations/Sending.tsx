/** The switch that halts all sending, and the rules that hold over all campaigns. */
import { ActionIcon, Button, Grid, Group, NumberInput, Stack, Switch, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { campaigns, read, type Policy } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Confirm } from "../../components/Confirm";
import { Icon } from "../../components/Icon";
import { Loaded } from "../../components/Loaded";
import { Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { Duration } from "../segments/Fields";

export function Sending() {
  return (
    <Grid>
      <Grid.Col span={{ base: 12, md: 5 }}><StopAll /></Grid.Col>
      <Grid.Col span={{ base: 12, md: 7 }}><PolicyPanel /></Grid.Col>
    </Grid>
  );
}

export function PolicyPanel() {
  const policy = useQuery({ queryKey: ["policies"], queryFn: () => read(campaigns.GET("/policies")) });
  return <Loaded query={policy}>{(data) => <PolicyForm key={data.version} policy={data} />}</Loaded>;
}

function StopAll() {
  const { t, time } = useTexts();
  const can = useCan();
  const query = useQuery({ queryKey: ["switch"], queryFn: () => read(campaigns.GET("/switch")), refetchInterval: 5_000 });
  const keys = [["switch"], ["needs"]];
  const throwIt = useChange<void, unknown>(() => read(campaigns.PUT("/switch", { body: { halted: !query.data?.halted } })), keys);
  const forget = useChange<void, unknown>(() => read(campaigns.PUT("/switch", { body: { halted: false, waiting: "unknown" } })), keys);
  const send = useChange<void, unknown>(() => read(campaigns.PUT("/switch", { body: { halted: false, waiting: "send" } })), keys);
  return (
    <Panel title={t("switch.title")}>
      <Loaded query={query}>
        {(data) => (
          <Stack align="flex-start">
            <Group gap={0}><span className={`dot ${data.halted ? "dot-red" : "dot-green"}`} aria-hidden="true" /><Text fw={600}>{t(data.halted ? "switch.halted" : "switch.running")}</Text></Group>
            {data.at && data.by && <Text size="sm" c="dimmed">{t("switch.since", { when: time(data.at), who: data.by })}</Text>}
            {data.restored_from && (
              <>
                <Text size="sm">{t("switch.restored", { when: time(data.restored_from) })}</Text>
                {can("campaigns:send") && (
                  <Group>
                    <Confirm label={t("switch.unknown")} title={t("switch.unknown")} what={t("switch.unknown-what")} act={forget} />
                    <Confirm variant="default" label={t("switch.send")} title={t("switch.send")} what={t("switch.send-what")} act={send} />
                  </Group>
                )}
              </>
            )}
            {can("campaigns:send") && !data.restored_from && (data.halted
              ? <Confirm key="resume" label={t("switch.resume")} title={t("switch.resume")} what={t("switch.resume-what")} act={throwIt} />
              : <Confirm key="halt" color="red" label={t("switch.halt")} title={t("switch.halt")} what={t("switch.halt-what")} act={throwIt} />)}
          </Stack>
        )}
      </Loaded>
    </Panel>
  );
}

function PolicyForm({ policy }: { policy: Policy }) {
  const { t } = useTexts();
  const mayChange = useCan()("campaigns:send");
  const [caps, setCaps] = useState(policy.caps);
  const [spare, setSpare] = useState(policy.spare_complaints);
  const [quiet, setQuiet] = useState(policy.quiet_hours);
  const save = useChange<void, unknown>(() => read(campaigns.PUT("/policies", { body: { caps, quiet_hours: quiet, spare_complaints: spare } })), [["policies"]], () => notifications.show({ message: t("action.saved") }));
  return (
    <Panel title={t("policy.title")} actions={mayChange && <Button size="xs" loading={save.isPending} onClick={() => save.mutate()}>{t("action.save")}</Button>}>
      <Text size="sm" fw={600}>{t("policy.caps")}</Text>
      {caps.length === 0 && <Text size="sm" c="dimmed">{t("policy.no-caps")}</Text>}
      {caps.map((cap, index) => (
        <Group key={index} gap="xs" align="center">
          <NumberInput aria-label={t("policy.count")} w={80} min={1} value={cap.limit} readOnly={!mayChange} onChange={(limit) => setCaps(caps.with(index, { ...cap, limit: Number(limit) }))} />
          <Text size="sm">{t("policy.in")}</Text>
          <Duration label={t("policy.in")} value={String(cap.window)} set={(window) => setCaps(caps.with(index, { ...cap, window }))} />
          <Text size="sm">{t("policy.of")}</Text>
          <TextInput aria-label={t("policy.of")} w={140} placeholder={t("policy.any")} value={cap.purpose ?? ""} readOnly={!mayChange} onChange={(event) => setCaps(caps.with(index, { ...cap, purpose: event.currentTarget.value || null }))} />
          {mayChange && <ActionIcon variant="subtle" color="gray" c="var(--mantine-color-text)" aria-label={t("action.remove")} onClick={() => setCaps(caps.toSpliced(index, 1))}><Icon name="cross" size={14} /></ActionIcon>}
        </Group>
      ))}
      {mayChange && <Group><Button variant="default" size="xs" onClick={() => setCaps([...caps, { limit: 2, window: "P7D" }])}>{t("policy.add")}</Button></Group>}
      <Switch label={t("policy.quiet")} checked={quiet !== null} disabled={!mayChange} onChange={(event) => setQuiet(event.currentTarget.checked ? { start: "21:00", end: "08:00" } : null)} />
      {quiet && (
        <Group>
          {(["start", "end"] as const).map((side) => (
            <TextInput key={side} type="time" label={t(side === "start" ? "policy.from" : "policy.until")} readOnly={!mayChange} value={quiet[side].slice(0, 5)} onChange={(event) => setQuiet({ ...quiet, [side]: event.currentTarget.value })} />
          ))}
        </Group>
      )}
      <Switch label={t("policy.complaints")} checked={spare} disabled={!mayChange} onChange={(event) => setSpare(event.currentTarget.checked)} />
      {save.isError && <ProblemNote error={save.error} />}
    </Panel>
  );
}
