/** What a marketer sets: who writes, over which mail server, to whom for now, how often; in force within seconds. */
import { Grid, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { campaigns, read, type SettingChange } from "../../api/clients";
import { usePages } from "../../api/hooks";
import { sessionQuery, useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Loaded } from "../../components/Loaded";
import { Page, Panel } from "../../components/Page";
import { Rows } from "../../components/Rows";
import { AddressTabs } from "../../components/Tabs";
import { PolicyPanel } from "../operations/Sending";
import { AlarmSettings } from "./Alarms";
import { AllowListForm } from "./AllowList";
import { Firm } from "./Firm";
import { MondayMail } from "./MondayMail";
import { SenderForm, ServerForm } from "./Mail";
import { allowListQuery, sendingQuery } from "./queries";

export function Settings() {
  const { t } = useTexts();
  const can = useCan();
  const owner = useQuery(sessionQuery).data?.roles.includes("owner");
  return (
    <Page title={t("nav.settings")} about={t("settings.about")}>
      <AddressTabs tabs={[
        { id: "sending", title: t("settings.sending"), content: () => <Sending /> },
        ...(can("interactions:read") ? [{ id: "firm", title: t("firm.title"), content: () => <Firm /> }] : []),
        { id: "limits", title: t("settings.limits"), content: () => <PolicyPanel /> },
        ...(can("operations") ? [{ id: "alarms", title: t("settings.alarms"), content: () => <AlarmSettings /> }] : []),
        ...(owner ? [{ id: "monday", title: t("monday.mail"), content: () => <MondayMail /> }] : []),
        { id: "changes", title: t("settings.changes"), content: () => <Changes /> },
      ]} />
    </Page>
  );
}

function Sending() {
  const sending = useQuery(sendingQuery);
  const allowList = useQuery(allowListQuery);
  return (
    <Grid>
      <Grid.Col span={{ base: 12, md: 6 }}>
        <Loaded query={sending}>{(data) => <Stack><SenderForm now={data} /><ServerForm now={data} /></Stack>}</Loaded>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 6 }}>
        <Loaded query={allowList}>{(data) => <AllowListForm key={`${data.holds} ${data.patterns.join()}`} now={data} />}</Loaded>
      </Grid.Col>
    </Grid>
  );
}

function Changes() {
  const { t, time, word } = useTexts();
  const list = usePages<SettingChange>(["settings", "changes"], (after) =>
    read(campaigns.GET("/settings/changes", { params: { query: { limit: 50, ...(after ? { after } : {}) } } })));
  return (
    <Panel>
      <Rows label={t("settings.changes")} source={list} keyOf={(row) => row.id} empty={t("settings.no-changes")}
        columns={[
          { title: t("field.when"), cell: (row) => time(row.at) },
          { title: t("field.who"), cell: (row) => row.by },
          { title: t("changes.what"), cell: (row) => word("setting", row.what) },
          { title: t("settings.before"), cell: (row) => <Told what={row.before} /> },
          { title: t("settings.after"), cell: (row) => <Told what={row.after} /> },
        ]} />
    </Panel>
  );
}

function Told({ what }: { what: Record<string, unknown> | null }) {
  const { t } = useTexts();
  if (what === null) return t("settings.environment");
  return <span className="breakable">{Object.entries(what).filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(", ") : String(value)}`).join(" · ")}</span>;
}
