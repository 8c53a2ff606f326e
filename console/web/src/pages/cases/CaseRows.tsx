/** Cases as rows, those that are due first first: an agent's list, and a customer's. */
import { useNavigate } from "@tanstack/react-router";
import { interactions, read, type ServiceCase } from "../../api/clients";
import { usePages } from "../../api/hooks";
import { useTexts } from "../../app/texts";
import { CustomerName } from "../../components/CustomerName";
import { Go } from "../../components/Go";
import { Rows } from "../../components/Rows";
import { State } from "../../components/State";

export interface CaseFilter {
  state?: "active" | "open" | "pending" | "solved" | "closed" | "reopened" | "any";
  overdue?: boolean;
  unowned?: boolean;
  customer_id?: string;
}

export function CaseRows({ filter, empty }: { filter: CaseFilter; empty: string }) {
  const { t, time, word } = useTexts();
  const navigate = useNavigate();
  const list = usePages<ServiceCase>(["cases", filter], (after) =>
    read(interactions.GET("/cases", { params: { query: { ...filter, ...(after ? { after } : {}) } } })), { refetchInterval: 10_000 });
  const ofOne = filter.customer_id !== undefined;
  return (
    <Rows label={t("nav.cases")} source={list} keyOf={(row) => row.id} empty={empty}
      open={(row) => void navigate({ to: "/cases/$id", params: { id: row.id } })}
      columns={[
        { title: t("case.due"), cell: (row) => (row.overdue ? <><State value="overdue" /> {time(row.due_at)}</> : time(row.due_at)) },
        { title: t("case.subject"), cell: (row) => <Go to="/cases/$id" params={{ id: row.id }} className="breakable">{row.subject}</Go> },
        ...(ofOne ? [] : [{ title: t("field.customer"), cell: (row: ServiceCase) => <CustomerName id={row.customer_id} /> }]),
        { title: t("field.kind"), cell: (row) => word("case-kind", row.kind) },
        { title: t("field.state"), cell: (row) => <State value={row.state} /> },
        { title: t("case.priority"), cell: (row) => word("priority", row.priority) },
        { title: t("case.owner"), cell: (row) => row.owner ?? "–" },
      ]} />
  );
}
