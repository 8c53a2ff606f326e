/** One campaign: how it goes, what it says, what the gate would say, each message with its reason. */
import { Alert, Checkbox, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { campaigns, read, type Campaign } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Confirm } from "../../components/Confirm";
import { Go, GoButton } from "../../components/Go";
import { Loaded } from "../../components/Loaded";
import { Facts, Page, Panel } from "../../components/Page";
import { State } from "../../components/State";
import { AddressTabs } from "../../components/Tabs";
import { allowListQuery } from "../settings/queries";
import { lengthOf } from "../segments/sentences";
import { useWords } from "../segments/useWords";
import { draftOf, segmentOf } from "./draft";
import { DryRun } from "./DryRun";
import { Letter } from "./Letter";
import { Messages } from "./Messages";
import { CampaignReport } from "./Report";
import { useTriggerWords } from "./useTrigger";

export const campaignQuery = (id: string) => ({
  queryKey: ["campaigns", "one", id],
  queryFn: () => read(campaigns.GET("/campaigns/{campaign_id}", { params: { path: { campaign_id: id } } })),
});

export function CampaignPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery({ ...campaignQuery(id), refetchInterval: 10_000 });
  return <Loaded query={query}>{(campaign) => <Shown campaign={campaign} />}</Loaded>;
}

function Shown({ campaign }: { campaign: Campaign }) {
  const { t, time, word } = useTexts();
  const triggerWords = useTriggerWords();
  const draft = draftOf(campaign);
  return (
    <Page title={draft.name} actions={<Actions campaign={campaign} />}
      about={<Group gap="md"><State value={campaign.state} /><span>{triggerWords(draft.trigger)}</span>{campaign.started_at && <span>{time(campaign.started_at)}</span>}{campaign.state_reason && <span>{word("reason", campaign.state_reason)}</span>}</Group>}>
      <AddressTabs tabs={[
        ...(campaign.state === "draft" ? [] : [{ id: "report", title: t("campaign.report"), content: () => <CampaignReport id={campaign.id} /> }]),
        { id: "letter", title: t("campaign.letter"), content: () => <Letter campaign={campaign} /> },
        { id: "dry-run", title: t("campaign.audience"), content: () => <DryRun campaign={campaign} /> },
        ...(campaign.state === "draft" ? [] : [{ id: "messages", title: t("campaign.messages"), content: () => <Messages id={campaign.id} /> }]),
        { id: "settings", title: t("campaign.settings"), content: () => <Settings campaign={campaign} /> },
      ]} />
    </Page>
  );
}

function Actions({ campaign }: { campaign: Campaign }) {
  const { t } = useTexts();
  const can = useCan();
  const params = { path: { campaign_id: campaign.id }, header: { "if-match": `"${campaign.version}"` } };
  const alters = [["campaigns"], ["report", campaign.id], ["messages", campaign.id], ["needs"]];
  const [within, setWithin] = useState(false);
  const start = useChange<void, unknown>(
    () => read(campaigns.POST("/campaigns/{campaign_id}/start", { params: { ...params, ...(within ? { query: { within_allow_list: true } } : {}) } })), alters);
  const pause = useChange<void, unknown>(() => read(campaigns.POST("/campaigns/{campaign_id}/pause", { params })), alters);
  const resume = useChange<void, unknown>(() => read(campaigns.POST("/campaigns/{campaign_id}/resume", { params })), alters);
  const stop = useChange<void, unknown>(() => read(campaigns.POST("/campaigns/{campaign_id}/stop", { params })), alters);
  const { state } = campaign;
  return (
    <>
      {can("campaigns:write") && (state === "draft" || state === "paused") && <GoButton variant="default" to="/campaigns/$id/edit" params={{ id: campaign.id }}>{t("action.edit")}</GoButton>}
      {can("campaigns:send") && <>
        {(state === "running" || state === "starting" || state === "paused") && <Confirm color="red" variant="default" label={t("campaign.stop")} title={t("campaign.stop")} what={t("campaign.stop-what")} act={stop} />}
        {(state === "running" || state === "starting") && <Confirm variant="default" label={t("campaign.pause")} title={t("campaign.pause")} what={t("campaign.pause-what")} act={pause} />}
        {state === "paused" && <Confirm label={t("campaign.resume")} title={t("campaign.resume")} what={t("campaign.resume-what")} act={resume} />}
        {state === "draft" && <Confirm label={t("campaign.start")} title={t("campaign.start-title")} what={<><StartSummary campaign={campaign} /><HeldBack within={within} setWithin={setWithin} /></>} act={start} />}
      </>}
    </>
  );
}

/** What the start will do: for a one-off whom it would reach now, else that it begins now. */
function StartSummary({ campaign }: { campaign: Campaign }) {
  const { t, number } = useTexts();
  const { trigger } = draftOf(campaign);
  const query = useQuery({
    queryKey: ["dry-run", campaign.id, campaign.version, segmentOf(trigger)],
    queryFn: () => read(campaigns.POST("/campaigns/{campaign_id}/dry-run", { params: { path: { campaign_id: campaign.id } }, body: {} as never })),
    enabled: trigger.kind !== "event",
  });
  if (trigger.kind === "event") return t("campaign.start-from-now");
  return (
    <Loaded query={query}>
      {(run) => <>{t("campaign.start-now", { send: number(run.would_send), audience: number(run.audience) })} {trigger.kind !== "one_off" && t("campaign.start-from-now")}</>}
    </Loaded>
  );
}

/** While an allow-list holds a start is refused, unless the reader says that only its addresses are meant. */
function HeldBack({ within, setWithin }: { within: boolean; setWithin: (within: boolean) => void }) {
  const { t } = useTexts();
  const { data } = useQuery(allowListQuery);
  if (!data?.holds || data.set_by !== "people") return null;
  return (
    <Alert color="yellow" mt="sm" title={t("settings.held-back")}>
      <Text size="sm" mb="xs">{data.patterns.join(", ")} · <Go to="/settings" underline="always">{t("nav.settings")}</Go></Text>
      <Checkbox label={t("settings.within")} checked={within} onChange={(event) => setWithin(event.currentTarget.checked)} />
    </Alert>
  );
}

function Settings({ campaign }: { campaign: Campaign }) {
  const { t, word, number } = useTexts();
  const words = useWords();
  const draft = draftOf(campaign);
  const again = draft.re_entry ?? { kind: "once" as const };
  return (
    <Panel>
      <Facts facts={[
        [t("consents.purpose"), draft.purpose],
        [t("edit.again"), again.kind === "again_after" ? `${word("again", again.kind)}: ${again.days}` : word("again", again.kind)],
        [t("edit.expires"), lengthOf(String(draft.expires_after), words)],
        [t("edit.holdout"), `${number(draft.holdout_percent ?? 0)} %`],
        [t("edit.priority"), draft.priority ?? 5],
        [t("edit.quiet"), draft.quiet_hours ? `${draft.quiet_hours.start.slice(0, 5)} – ${draft.quiet_hours.end.slice(0, 5)}` : "–"],
        [t("edit.cap"), draft.cap ? `${draft.cap.limit} / ${lengthOf(String(draft.cap.window), words)}` : "–"],
      ]} />
    </Panel>
  );
}
