/** All segments with their size and their rule in words. */
import { Switch } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { analytics, read, type Segment } from "../../api/clients";
import { usePages } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Go, GoButton } from "../../components/Go";
import { Page } from "../../components/Page";
import { Rows } from "../../components/Rows";
import { State } from "../../components/State";
import { isFilling } from "./filling";
import { sentenceOf } from "./sentences";
import type { Node } from "./tree";
import { useWords } from "./useWords";

export function SegmentList() {
  const { t, number, percent } = useTexts();
  const can = useCan();
  const words = useWords();
  const navigate = useNavigate();
  const { archived } = useSearch({ strict: false }) as { archived?: boolean };
  const list = usePages<Segment>(["segments", "list", archived], (after) =>
    read(analytics.GET("/segments", { params: { query: { limit: 50, archived: archived ?? false, ...(after ? { after } : {}) } as never } })), { refetchInterval: 10_000 });
  return (
    <Page title={t("nav.segments")} about={t("segments.about")} actions={can("analytics:write") && <>
      <GoButton to="/templates" search={{ tab: "segments" } as never} variant="default">{t("templates.from")}</GoButton>
      <GoButton to="/segments/new">{t("segments.new")}</GoButton></>}>
      <Switch label={t("segments.archived-too")} checked={archived ?? false} onChange={(event) => void navigate({ to: ".", search: { archived: event.currentTarget.checked || undefined } as never, replace: true })} />
      <Rows label={t("nav.segments")} source={list} keyOf={(row) => row.id} empty={t("segments.none")}
        open={(row) => void navigate({ to: "/segments/$id", params: { id: row.id } })}
        columns={[
          { title: t("field.name"), cell: (row) => <Go to="/segments/$id" params={{ id: row.id }}>{row.name}</Go> },
          { title: t("segments.members"), number: true, cell: (row) => (row.members === null ? "–" : number(row.members)) },
          { title: t("field.state"), cell: (row) => <><State value={row.state} />{row.filled !== null && isFilling(row.state) && ` ${percent(row.filled)}`}</> },
          { title: t("segments.rule"), cell: (row) => <span className="breakable">{sentenceOf(row.definition as Node, words)}</span> },
        ]} />
    </Page>
  );
}
