/** All campaigns by state. */
import { SegmentedControl } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { campaigns, read, type Campaign } from "../../api/clients";
import { usePages } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Go, GoButton } from "../../components/Go";
import { Page } from "../../components/Page";
import { Rows } from "../../components/Rows";
import { State } from "../../components/State";
import { draftOf } from "./draft";
import { useTriggerWords } from "./useTrigger";

const STATES = ["running", "starting", "draft", "paused", "finished", "stopped"] as const;

export function CampaignList() {
  const { t, time, word } = useTexts();
  const can = useCan();
  const navigate = useNavigate();
  const triggerWords = useTriggerWords();
  const { state } = useSearch({ strict: false }) as { state?: (typeof STATES)[number] };
  const list = usePages<Campaign>(["campaigns", "list", state], (after) =>
    read(campaigns.GET("/campaigns", { params: { query: { limit: 50, ...(state ? { state } : {}), ...(after ? { after } : {}) } as never } })), { refetchInterval: 10_000 });
  return (
    <Page title={t("nav.campaigns")} about={t("campaigns.about")} actions={can("campaigns:write") && <>
      <GoButton to="/templates" search={{ tab: "campaigns" } as never} variant="default">{t("templates.from")}</GoButton>
      <GoButton to="/campaigns/new">{t("campaigns.new")}</GoButton></>}>
      <SegmentedControl value={state ?? "any"} aria-label={t("field.state")} style={{ alignSelf: "flex-start", maxWidth: "100%", overflowX: "auto" }}
        data={[{ value: "any", label: t("campaigns.any") }, ...STATES.map((one) => ({ value: one, label: word("state", one) }))]}
        onChange={(next) => void navigate({ to: ".", search: { state: next === "any" ? undefined : next } as never, replace: true })} />
      <Rows label={t("nav.campaigns")} source={list} keyOf={(row) => row.id} empty={t(state ? "campaigns.none-of-state" : "campaigns.none")}
        open={(row) => void navigate({ to: "/campaigns/$id", params: { id: row.id } })}
        columns={[
          { title: t("field.name"), cell: (row) => <Go to="/campaigns/$id" params={{ id: row.id }}>{draftOf(row).name}</Go> },
          { title: t("field.state"), cell: (row) => <State value={row.state} /> },
          { title: t("campaigns.trigger"), cell: (row) => <span className="breakable">{triggerWords(draftOf(row).trigger)}</span> },
          { title: t("campaigns.started"), cell: (row) => (row.started_at ? time(row.started_at) : "–") },
        ]} />
    </Page>
  );
}
