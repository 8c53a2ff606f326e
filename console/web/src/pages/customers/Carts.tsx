/** A customer's carts, those that were touched last first. */
import { interactions, read, type Cart } from "../../api/clients";
import { usePages } from "../../api/hooks";
import { useTexts } from "../../app/texts";
import { Rows } from "../../components/Rows";
import { State } from "../../components/State";

export function Carts({ id }: { id: string }) {
  const { t, time, number, word } = useTexts();
  const list = usePages<Cart>(["carts", id], (after) => read(interactions.GET("/carts", { params: { query: { customer_id: id, ...(after ? { after } : {}) } } })), { refetchInterval: 10_000 });
  return (
    <Rows label={t("carts.title")} source={list} keyOf={(row) => row.customer_id + row.cart_id} empty={t("carts.none")}
      columns={[
        { title: t("carts.touched"), cell: (row) => time(row.touched_at) },
        { title: t("field.state"), cell: (row) => <State value={row.state} /> },
        { title: t("field.channel"), cell: (row) => word("channel", row.channel) },
        { title: t("carts.inside"), cell: (row) => <span className="breakable">{[...row.products.slice(0, 6).map((product) => `${number(product.pieces)} × ${product.product_id ?? t("carts.unnamed")}`), ...(row.checkout ? [t("carts.checkout")] : [])].join(", ")}</span> },
      ]} />
  );
}
