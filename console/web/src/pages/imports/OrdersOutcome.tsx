/** What the rows of a file of orders would come to, or came to: orders, money to the cent, examples, and refused rows. */
import { Alert, SimpleGrid, Stack } from "@mantine/core";
import { useTexts } from "../../app/texts";
import { GoButton } from "../../components/Go";
import { Figure, Panel } from "../../components/Page";
import { Rows } from "../../components/Rows";
import type { OfOrders } from "./doors";
import { Refused } from "./Outcome";

interface Basket {
  kind: string;
  time: string;
  currency: string;
  amount: number;
  lines: { product_id: string }[];
}

export function OrdersOutcome({ shown }: { shown: OfOrders }) {
  const { t, number, money, time, word } = useTexts();
  const { counts } = shown;
  const done = shown.state === "done";
  const was = done ? "was" : "would";
  return (
    <Stack>
      <SimpleGrid cols={{ base: 2, md: 4 }}>
        <Figure label={t("imports.new-ones")} value={number(counts.new)} note={t(`imports.${was}-new-orders`)} />
        <Figure label={t("imports.revenue")} value={counts.sums.length > 0 ? counts.sums.map((sum) => <div key={sum.currency}>{money(sum.revenue, sum.currency)}</div>) : number(0)}
          note={counts.sums.map((sum) => t("imports.revenue-of", { bought: money(sum.bought, sum.currency), returned: money(sum.returned, sum.currency) })).join(" · ")} />
        <Figure label={t("imports.duplicate")} value={number(counts.duplicate)} note={t("imports.duplicate-orders")} />
        <Figure label={t("imports.refused")} value={number(counts.refused)} note={t(`imports.${was}-refused-orders`, { rows: number(counts.refused_rows) })} />
      </SimpleGrid>
      {done && <Alert color="green">{t("imports.orders-done", { count: number(counts.new) })} <GoButton size="compact-sm" variant="default" to="/insights">{t("nav.insights")}</GoButton></Alert>}
      {counts.strangers > 0 && <Alert color="yellow">{t("imports.strangers", { count: number(counts.strangers) })}</Alert>}
      {counts.unvalued > 0 && <Alert color="yellow">{t("imports.unvalued", { count: number(counts.unvalued) })}</Alert>}
      {counts.refused > 0 && <Refused shown={shown} />}
      <Panel title={t(done ? "imports.examples-orders-done" : "imports.examples-orders")}>
        <Rows label={t("imports.examples-orders")} source={{ items: shown.examples }} keyOf={(row) => String(row.row)} empty={t("imports.no-orders")}
          columns={[
            { title: t("imports.row"), number: true, cell: (row) => number(row.row) },
            { title: t("imports.outcome"), cell: (row) => t(`imports.${row.outcome}`) },
            { title: t("field.kind"), cell: (row) => word("kind", basket(row.order).kind) },
            { title: t("field.when"), cell: (row) => time(basket(row.order).time) },
            { title: t("imports.paid"), number: true, cell: (row) => money(basket(row.order).amount, basket(row.order).currency) },
            { title: t("imports.lines"), cell: (row) => basket(row.order).lines.map((line) => line.product_id).join(", ") },
          ]} />
      </Panel>
    </Stack>
  );
}

function basket(order: Record<string, unknown>): Basket {
  return order as unknown as Basket;
}
