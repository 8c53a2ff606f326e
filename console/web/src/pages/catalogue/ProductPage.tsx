/** One product: what is known of it, and its prices since when. */
import { Grid } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { interactions, read } from "../../api/clients";
import { useTexts } from "../../app/texts";
import { Loaded } from "../../components/Loaded";
import { Facts, Page, Panel } from "../../components/Page";
import { Rows } from "../../components/Rows";
import { amount } from "./Catalogue";

export function ProductPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { t, time, money, number } = useTexts();
  const params = { params: { path: { product_id: id } } };
  const product = useQuery({ queryKey: ["products", id], queryFn: () => read(interactions.GET("/products/{product_id}", params)) });
  const prices = useQuery({ queryKey: ["products", id, "prices"], queryFn: () => read(interactions.GET("/products/{product_id}/prices", params)) });
  return (
    <Loaded query={product}>
      {(shown) => (
        <Page title={shown.name} about={<span className="mono">{shown.product_id}</span>}>
          <Grid>
            <Grid.Col span={{ base: 12, md: 5 }}>
              <Panel title={t("catalogue.product")}>
                <Facts facts={[[t("field.kind"), shown.category ?? "–"], [t("catalogue.brand"), shown.brand ?? "–"], [t("catalogue.stock"), shown.stock === null ? "–" : number(shown.stock)]]} />
              </Panel>
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 7 }}>
              <Panel title={t("catalogue.prices")}>
                <Rows label={t("catalogue.prices")} source={{ items: prices.data?.items, error: prices.error, refetch: prices.refetch }} keyOf={(row) => row.since} empty={t("catalogue.no-prices")}
                  columns={[
                    { title: t("field.when"), cell: (row) => time(row.since) },
                    { title: t("catalogue.price"), number: true, cell: (row) => amount(row.price, row.currency, money) },
                    { title: t("catalogue.cost"), number: true, cell: (row) => amount(row.cost, row.currency, money) },
                  ]} />
              </Panel>
            </Grid.Col>
          </Grid>
        </Page>
      )}
    </Loaded>
  );
}
