/** Who brought which file, how far it is and what came of it. */
import { useNavigate } from "@tanstack/react-router";
import { usePages } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Go, GoButton } from "../../components/Go";
import { Page } from "../../components/Page";
import { Rows } from "../../components/Rows";
import { State } from "../../components/State";
import { AddressTabs } from "../../components/Tabs";
import { IMPORTS, KINDS, type ImportSummary, type Kind } from "./doors";

export function ImportList() {
  const { t } = useTexts();
  const can = useCan();
  const kinds = KINDS.filter((kind) => can(IMPORTS[kind].scope));
  return (
    <Page title={t("nav.imports")} about={t("imports.about")} actions={<>
      {kinds.length > 1 && <GoButton to="/imports/new">{t("imports.new-both")}</GoButton>}
      {kinds.map((kind) => <GoButton key={kind} variant={kinds.length > 1 ? "default" : "filled"} to="/imports/$kind/new" params={{ kind }}>{t(`imports.new-${kind}`)}</GoButton>)}
    </>}>
      {kinds.length === 1 ? <List kind={kinds[0]!} /> : <AddressTabs tabs={kinds.map((kind) => ({ id: kind, title: t(`imports.kind-${kind}`), content: () => <List kind={kind} /> }))} />}
    </Page>
  );
}

function List({ kind }: { kind: Kind }) {
  const { t, time, number, money } = useTexts();
  const navigate = useNavigate();
  const list = usePages<ImportSummary>(["imports", kind, "list"], (after) => IMPORTS[kind].list(after), { refetchInterval: 5_000 });
  return (
    <Rows label={t("nav.imports")} source={list} keyOf={(row) => row.import_id} empty={t(`imports.none-${kind}`)}
      open={(row) => void navigate({ to: "/imports/$kind/$id", params: { kind, id: row.import_id } })}
      columns={[
        { title: t("imports.file"), cell: (row) => <Go to="/imports/$kind/$id" params={{ kind, id: row.import_id }} className="breakable">{row.file_name}</Go> },
        { title: t("field.state"), cell: (row) => <State value={row.state} /> },
        { title: t("imports.rows"), number: true, cell: (row) => number(row.rows) },
        { title: t("imports.new"), number: true, cell: (row) => number(row.counts.new) },
        kind === "customers"
          ? { title: t("imports.changed"), number: true, cell: (row) => (row.kind === "customers" ? number(row.counts.changed) : "") }
          : { title: t("imports.revenue"), number: true, cell: (row) => (row.kind === "orders" ? row.counts.sums.map((sum) => money(sum.revenue, sum.currency)).join(" · ") : "") },
        { title: t("imports.refused"), number: true, cell: (row) => number(row.counts.refused) },
        { title: t("field.when"), cell: (row) => time(row.started_at ?? row.created_at) },
        { title: t("field.who"), cell: (row) => row.started_by ?? row.created_by },
      ]} />
  );
}
