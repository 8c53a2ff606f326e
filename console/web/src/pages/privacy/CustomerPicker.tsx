/** A customer chosen by whatever is known of them. */
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTexts } from "../../app/texts";
import { customerQuery } from "../../components/CustomerName";
import { find } from "../customers/finding";

export function CustomerPicker({ value, choose }: { value: string | null; choose: (id: string | null) => void }) {
  const { t } = useTexts();
  const [typed, setTyped] = useState("");
  const [settled] = useDebouncedValue(typed.trim(), 250);
  const found = useQuery({ queryKey: ["customers", "found", settled], queryFn: () => find(settled), enabled: settled !== "" }).data ?? [];
  const chosen = useQuery({ ...customerQuery(value ?? ""), enabled: value !== null }).data;
  const known = chosen && !found.some((one) => one.customer_id === chosen.customer_id) ? [chosen, ...found] : found;
  return (
    <Select label={t("lookup.who")} placeholder={t("lookup.hint")} searchable clearable clearButtonProps={{ "aria-label": t("action.remove") }}
      value={value} onChange={choose} searchValue={typed} onSearchChange={setTyped} filter={({ options }) => options}
      nothingFoundMessage={settled === "" ? t("lookup.hint") : t("customers.none-found")}
      data={known.slice(0, 30).map((one) => ({ value: one.customer_id, label: `${one.name ?? t("customer.nameless")} · ${one.customer_id.slice(0, 8)}` }))} />
  );
}
