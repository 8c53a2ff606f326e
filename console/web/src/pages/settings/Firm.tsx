/** What the firm counts in: chosen once, before the first purchase, and for good after it. */
import { Button, Select, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { interactions, read, type BaseCurrency } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Loaded } from "../../components/Loaded";
import { Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { From } from "./Mail";
import { currencyQuery } from "./queries";

const CODES = Intl.supportedValuesOf("currency");

export function Firm() {
  const query = useQuery(currencyQuery);
  return <Loaded query={query}>{(now) => <CurrencyForm key={now.currency} now={now} />}</Loaded>;
}

function CurrencyForm({ now }: { now: BaseCurrency }) {
  const { t, time, language } = useTexts();
  const may = useCan()("operations") && !now.fixed;
  const [currency, setCurrency] = useState(now.currency);
  const save = useChange<void, unknown>(() => read(interactions.PUT("/base-currency", { body: { currency } })), [["settings"], ["first-steps"]], () => notifications.show({ message: t("action.saved") }));
  const names = new Intl.DisplayNames([language], { type: "currency" });
  return (
    <Panel title={t("firm.currency")} actions={may && <Button size="xs" loading={save.isPending} aria-label={`${t("action.save")}: ${t("firm.currency")}`} onClick={() => save.mutate()}>{t("action.save")}</Button>}>
      <Stack gap="xs" maw={460}>
        <From set={now.set_by} />
        <Select aria-label={t("firm.currency")} searchable allowDeselect={false} readOnly={!may} value={currency} onChange={(code) => code && setCurrency(code)}
          data={[...new Set([now.currency, ...CODES])].map((value) => ({ value, label: `${value} · ${names.of(value) ?? value}` }))} />
        <Text size="sm">{t(now.fixed ? "firm.currency-fixed" : "firm.currency-free")}</Text>
        {now.changed_at && <Text size="xs" c="dimmed">{t("firm.set-by", { who: now.changed_by ?? "", when: time(now.changed_at) })}</Text>}
        {save.isError && <ProblemNote error={save.error} />}
      </Stack>
    </Panel>
  );
}
