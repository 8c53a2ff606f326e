/** The catalogue: products with their prices of now, and ids that nobody knows. */
import { Button, Checkbox, Group, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { interactions, read, type Product } from "../../api/clients";
import { usePages } from "../../api/hooks";
import { useTexts } from "../../app/texts";
import { Go } from "../../components/Go";
import { Page } from "../../components/Page";
import { Rows } from "../../components/Rows";
import { AddressTabs } from "../../components/Tabs";
import { csvOf, save } from "./csv";

export function Catalogue() {
  const { t } = useTexts();
  return (
    <Page title={t("nav.catalogue")} about={t("catalogue.about")}>
      <AddressTabs tabs={[
        { id: "products", title: t("catalogue.products"), content: () => <Products /> },
        { id: "unknown", title: t("catalogue.unknown"), content: () => <Unknown /> },
      ]} />
    </Page>
  );
}

function Products() {
  const { t, money, number } = useTexts();
  const navigate = useNavigate();
  const [typed, setTyped] = useState({ category: "", brand: "", withdrawn: false });
  const [filter] = useDebouncedValue(typed, 300);
  const query = { withdrawn: filter.withdrawn, ...(filter.category.trim() ? { category: filter.category.trim() } : {}), ...(filter.brand.trim() ? { brand: filter.brand.trim() } : {}) };
  const list = usePages<Product>(["products", query], (after) => read(interactions.GET("/products", { params: { query: { ...query, ...(after ? { after } : {}) } } })));
  return (
    <Stack>
      <Group align="flex-end">
        <TextInput label={t("catalogue.category")} value={typed.category} maxLength={100} onChange={(event) => setTyped({ ...typed, category: event.currentTarget.value })} />
        <TextInput label={t("catalogue.brand")} value={typed.brand} maxLength={100} onChange={(event) => setTyped({ ...typed, brand: event.currentTarget.value })} />
        <Checkbox label={t("catalogue.withdrawn")} checked={typed.withdrawn} onChange={(event) => setTyped({ ...typed, withdrawn: event.currentTarget.checked })} />
        {list.items && list.items.length > 0 && (
          <Button variant="default" size="xs" onClick={() => save(csvOf(list.items ?? []), "products.csv")}>{t("catalogue.file")}</Button>
        )}
      </Group>
      <Rows label={t("catalogue.products")} source={list} keyOf={(row) => row.product_id} empty={t("catalogue.none")}
        open={(row) => void navigate({ to: "/catalogue/$id", params: { id: row.product_id } })}
        columns={[
          { title: t("catalogue.product"), cell: (row) => <Go to="/catalogue/$id" params={{ id: row.product_id }} className="breakable">{row.name}</Go> },
          { title: t("field.kind"), cell: (row) => row.category ?? "" },
          { title: t("catalogue.brand"), cell: (row) => row.brand ?? "" },
          { title: t("catalogue.price"), number: true, cell: (row) => amount(row.price?.price, row.price?.currency, money) },
          { title: t("catalogue.cost"), number: true, cell: (row) => amount(row.price?.cost, row.price?.currency, money) },
          { title: t("catalogue.stock"), number: true, cell: (row) => (row.stock === null ? "–" : number(row.stock)) },
        ]} />
    </Stack>
  );
}

function Unknown() {
  const { t, time, number } = useTexts();
  const list = usePages(["products", "unknown"], (after) => read(interactions.GET("/products/unknown", { params: { query: { ...(after ? { after } : {}) } } })));
  return (
    <Stack>
      <Text size="sm" c="dimmed">{t("catalogue.unknown-about")}</Text>
      <Rows label={t("catalogue.unknown")} source={list} keyOf={(row) => row.product_id} empty={t("catalogue.no-unknown")}
        columns={[
          { title: t("catalogue.product"), cell: (row) => row.product_id },
          { title: t("catalogue.lines"), number: true, cell: (row) => number(row.lines) },
          { title: t("catalogue.last"), cell: (row) => time(row.last_seen) },
        ]} />
    </Stack>
  );
}

export function amount(minor: number | null | undefined, currency: string | undefined, money: (minor: number, currency?: string) => string): string {
  return minor === null || minor === undefined ? "–" : money(minor, currency);
}
