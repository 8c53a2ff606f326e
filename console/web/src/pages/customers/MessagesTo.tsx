/** What was sent to a customer, and what was not and why; newest first. */
import { campaigns, read, type CustomerMessage } from "../../api/clients";
import { usePages } from "../../api/hooks";
import { useTexts } from "../../app/texts";
import { Go } from "../../components/Go";
import { reasonOf } from "../../components/reasons";
import { Rows } from "../../components/Rows";
import { State } from "../../components/State";

export function MessagesTo({ id, limit }: { id: string; limit?: number }) {
  const { t, time, word } = useTexts();
  const list = usePages<CustomerMessage>(["messages", "to", id, limit], (after) =>
    read(campaigns.GET("/customers/{customer_id}/messages", { params: { path: { customer_id: id }, query: { limit: limit ?? 50, ...(after ? { after } : {}) } } })), { refetchInterval: 10_000 });
  const source = limit ? { ...list, items: list.items?.slice(0, limit), more: undefined } : list;
  return (
    <Rows label={t("customer.messages")} source={source} keyOf={(row) => row.id} empty={t("customer.no-messages")}
      columns={[
        { title: t("field.when"), cell: (row) => time(row.settled_at ?? row.enrolled_at) },
        { title: t("customer.message-of"), cell: (row) => <Go to="/campaigns/$id" params={{ id: row.campaign_id }} className="breakable">{row.campaign ?? t("timeline.campaign")}</Go> },
        { title: t("field.channel"), cell: (row) => word("channel", row.channel) },
        { title: t("field.state"), cell: (row) => <State value={row.state} /> },
        { title: t("field.reason"), cell: (row) => reasonOf(row, word) || row.responses.map((one) => word("response", one)).join(", ") },
      ]} />
  );
}
