/** Who changed what of a customer's profile, and when. */
import { customers, read } from "../../api/clients";
import { usePages } from "../../api/hooks";
import { useTexts } from "../../app/texts";
import { Rows } from "../../components/Rows";

export function Changes({ id }: { id: string }) {
  const { t, time } = useTexts();
  const list = usePages(["changes", id], (after) =>
    read(customers.GET("/customers/{customer_id}/history", { params: { path: { customer_id: id }, query: { limit: 50, ...(after ? { after } : {}) } } })));
  return (
    <Rows label={t("customer.changes")} source={list} keyOf={(row) => row.change_id} empty={t("changes.none")}
      columns={[
        { title: t("field.when"), cell: (row) => time(row.at) },
        { title: t("field.who"), cell: (row) => row.by },
        { title: t("changes.what"), cell: (row) => <span className="mono breakable">{Object.entries(row.what).map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join("; ")}</span> },
      ]} />
  );
}
