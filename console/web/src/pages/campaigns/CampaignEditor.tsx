/** Making a campaign: when and to whom, the letter, and how often. */
import { Alert, Button, Grid, Group, NumberInput, Select, Stack, Switch, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { campaigns, read, type Campaign, type CampaignDraft } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { useTexts } from "../../app/texts";
import { Go, GoButton } from "../../components/Go";
import { Loaded, Waiting } from "../../components/Loaded";
import { Page, Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { Duration } from "../segments/Fields";
import { campaignQuery } from "./CampaignPage";
import { campaignTemplate, segmentTemplate } from "../../templates/templates";
import { namesQuery } from "../segments/useWords";
import { AGAIN, blankDraft, draftOf, filledDraft, isComplete } from "./draft";
import { LetterEditor } from "./LetterEditor";
import { TriggerEditor } from "./TriggerEditor";

export function NewCampaign() {
  const { segment, template, letter } = useSearch({ strict: false }) as { segment?: string; template?: string; letter?: string };
  const { language, pair } = useTexts();
  const chosen = campaignTemplate(template);
  const wanted = segmentTemplate(chosen?.segment);
  const there = useQuery({ ...namesQuery, enabled: wanted !== undefined });
  if (!chosen && !letter) return <Editor campaign={null} first={blankDraft(segment)} />;
  // The segment that the template means, if it was made by its template.
  const known = wanted && there.data?.segments.find(([, name]) => wanted.name.includes(name));
  const first = filledDraft({ ...(chosen ? { campaign: chosen } : {}), letter, language, pair, segment: segment ?? known?.[0] });
  if (wanted && there.isPending) return <Waiting />;
  return <Editor campaign={null} first={first} missing={wanted && !segment && !known ? { key: wanted.key, name: pair(wanted.name) } : undefined} />;
}

export function EditCampaign() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery(campaignQuery(id));
  return <Loaded query={query}>{(campaign) => <Editor key={campaign.id} campaign={campaign} first={draftOf(campaign)} />}</Loaded>;
}

function Editor({ campaign, first, missing }: { campaign: Campaign | null; first: CampaignDraft; missing?: { key: string; name: string } | undefined }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(first);
  const save = useChange<void, Campaign>(
    () => (campaign
      ? read(campaigns.PUT("/campaigns/{campaign_id}", { params: { path: { campaign_id: campaign.id }, header: { "if-match": `"${campaign.version}"` } }, body: draft }))
      : read(campaigns.POST("/campaigns", { body: draft }))),
    [["campaigns"]],
    (saved) => void navigate({ to: "/campaigns/$id", params: { id: saved.id }, search: { tab: "letter" } as never }),
  );
  const put = (part: Partial<CampaignDraft>) => setDraft({ ...draft, ...part });
  return (
    <Page title={campaign ? first.name : t("campaigns.new")} actions={<>
      <GoButton variant="default" to={campaign ? "/campaigns/$id" : "/campaigns"} params={campaign ? { id: campaign.id } : {}}>{t("action.cancel")}</GoButton>
      <Button disabled={!isComplete(draft)} loading={save.isPending} onClick={() => save.mutate()}>{t("action.save")}</Button>
    </>}>
      {save.isError && <ProblemNote error={save.error} />}
      {missing && <Alert color="yellow">{t("templates.segment-missing", { name: missing.name })} <Go to="/segments/new" search={{ template: missing.key } as never} underline="always">{t("templates.make-it")}</Go></Alert>}
      <Grid>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack>
            <Panel title={t("edit.when")}>
              <Group grow align="flex-start">
                <TextInput label={t("field.name")} required value={draft.name} onChange={(event) => put({ name: event.currentTarget.value })} />
                <TextInput label={t("edit.purpose")} required value={draft.purpose} onChange={(event) => put({ purpose: event.currentTarget.value })} />
              </Group>
              <TriggerEditor trigger={draft.trigger} fixed={campaign !== null && campaign.state !== "draft"} set={(trigger) => put({ trigger })} />
            </Panel>
            <Panel title={t("edit.letter")}><LetterEditor content={draft.content} set={(content) => put({ content })} /></Panel>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Panel title={t("campaign.settings")}><Limits draft={draft} put={put} /></Panel>
        </Grid.Col>
      </Grid>
    </Page>
  );
}

function Limits({ draft, put }: { draft: CampaignDraft; put: (part: Partial<CampaignDraft>) => void }) {
  const { t, word } = useTexts();
  const again = draft.re_entry ?? { kind: "once" as const };
  const { quiet_hours: quiet, cap } = draft;
  return (
    <Stack>
      {draft.trigger.kind !== "one_off" && (
        <Group align="flex-end">
          <Select label={t("edit.again")} allowDeselect={false} value={again.kind} data={AGAIN.map((value) => ({ value, label: word("again", value) }))}
            onChange={(kind) => put({ re_entry: kind === "again_after" ? { kind, days: 30 } : { kind: kind as "once" } })} />
          {again.kind === "again_after" && <NumberInput label={t("edit.days")} w={110} min={1} value={again.days ?? 30} onChange={(days) => put({ re_entry: { kind: "again_after", days: Number(days) } })} />}
        </Group>
      )}
      <NumberInput label={t("edit.holdout")} min={0} max={100} value={draft.holdout_percent ?? 0} onChange={(share) => put({ holdout_percent: Number(share) })} />
      <NumberInput label={t("edit.priority")} min={0} max={9} value={draft.priority ?? 5} onChange={(priority) => put({ priority: Number(priority) })} />
      <Stack gap={4}>
        <span>{t("edit.expires")}</span>
        <Duration label={t("edit.expires")} value={String(draft.expires_after ?? "P3D")} set={(length) => put({ expires_after: length })} />
      </Stack>
      <Switch label={t("edit.quiet")} checked={Boolean(quiet)} onChange={(event) => put({ quiet_hours: event.currentTarget.checked ? { start: "21:00", end: "08:00" } : null })} />
      {quiet && (
        <Group grow>
          {(["start", "end"] as const).map((side) => (
            <TextInput key={side} type="time" label={t(`edit.${side}`)} value={quiet[side].slice(0, 5)} onChange={(event) => put({ quiet_hours: { ...quiet, [side]: event.currentTarget.value } })} />
          ))}
        </Group>
      )}
      <Switch label={t("edit.cap")} checked={Boolean(cap)} onChange={(event) => put({ cap: event.currentTarget.checked ? { limit: 1, window: "P7D" } : null })} />
      {cap && (
        <Group>
          <NumberInput label={t("edit.cap-count")} w={110} min={1} value={cap.limit} onChange={(limit) => put({ cap: { ...cap, limit: Number(limit) } })} />
          <Stack gap={4}><span>{t("edit.cap-window")}</span><Duration label={t("edit.cap-window")} value={String(cap.window)} set={(window) => put({ cap: { ...cap, window } })} /></Stack>
        </Group>
      )}
    </Stack>
  );
}
