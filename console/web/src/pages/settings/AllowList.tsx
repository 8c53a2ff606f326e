/** While one tries things out: only these addresses are written to. Lifting that asks for the number of the others. */
import { Alert, Button, Group, Modal, NumberInput, Stack, Switch, TagsInput, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { campaigns, read, type AllowListNow } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { From } from "./Mail";

export function AllowListForm({ now }: { now: AllowListNow }) {
  const { t, number } = useTexts();
  const may = useCan()("campaigns:send");
  const [patterns, setPatterns] = useState(now.patterns);
  const [holds, setHolds] = useState(now.holds);
  const [recipients, setRecipients] = useState<number | string>("");
  const [asked, { open, close }] = useDisclosure();
  const save = useChange<void, unknown>(
    () => read(campaigns.PUT("/settings/allow-list", { body: { patterns, holds, recipients: recipients === "" ? null : Number(recipients) } })),
    [["settings"], ["first-steps"]], () => { close(); notifications.show({ message: t("action.saved") }); },
  );
  const lifts = now.holds && now.set_by === "people" && !holds;
  return (
    <Panel title={t("settings.allow-list")} actions={may && <Button size="xs" loading={save.isPending && !asked} aria-label={`${t("action.save")}: ${t("settings.allow-list")}`} onClick={() => (lifts ? open() : save.mutate())}>{t("action.save")}</Button>}>
      <From set={now.set_by} />
      <Switch label={t("settings.holds")} disabled={!may} checked={holds} onChange={(event) => setHolds(event.currentTarget.checked)} />
      <TagsInput label={t("settings.patterns")} description={t("settings.patterns-hint")} readOnly={!may} value={patterns} onChange={setPatterns} acceptValueOnBlur splitChars={[",", " ", ";"]} />
      <Text size="sm">{t("settings.mailable", { count: number(now.mailable) })}</Text>
      {holds && <Alert color="yellow">{t("settings.holds-what")}</Alert>}
      {save.isError && !asked && <ProblemNote error={save.error} />}
      <Modal opened={asked} onClose={close} title={t("settings.lift")} closeButtonProps={{ "aria-label": t("action.close") }} centered>
        <Stack>
          <Text size="sm">{t("settings.lift-what", { count: number(now.mailable) })}</Text>
          <NumberInput label={t("settings.lift-number")} min={0} allowDecimal={false} value={recipients} onChange={setRecipients} />
          {save.isError && <ProblemNote error={save.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{t("action.cancel")}</Button>
            <Button color="red" disabled={recipients === ""} loading={save.isPending} onClick={() => save.mutate()}>{t("settings.lift-go")}</Button>
          </Group>
        </Stack>
      </Modal>
    </Panel>
  );
}
