/** What holds for every order of a file where its rows do not say: currency, way of buying, time zone, and whose numbers these are. */
import { Select, SimpleGrid, TextInput } from "@mantine/core";
import type { ImportColumn, OrderTerms } from "../../api/clients";
import { useTexts } from "../../app/texts";
import { Panel } from "../../components/Page";

const CHANNELS = ["web", "app", "store", "phone", "other"] as const;
const ZONES = Intl.supportedValuesOf("timeZone");

export function Terms({ terms, columns, set }: { terms: OrderTerms; columns: ImportColumn[]; set: (terms: OrderTerms) => void }) {
  const { t, word } = useTexts();
  const said = (meaning: string) => columns.some((column) => column.to === meaning);
  const zones = ZONES.includes(terms.time_zone) ? ZONES : [terms.time_zone, ...ZONES];
  return (
    <Panel title={t("imports.terms")}>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }}>
        <TextInput label={t("imports.currency")} description={t(said("currency") ? "imports.where-empty" : "imports.of-all")} value={terms.currency} maxLength={3}
          onChange={(event) => set({ ...terms, currency: event.currentTarget.value.toUpperCase() })} />
        <Select label={t("imports.channel")} description={t(said("channel") ? "imports.where-empty" : "imports.of-all")} allowDeselect={false} value={terms.channel}
          data={[...new Set([...CHANNELS, terms.channel])].map((value) => ({ value, label: word("channel", value) }))} onChange={(channel) => channel && set({ ...terms, channel })} />
        <Select label={t("imports.zone")} description={t("imports.zone-hint")} searchable allowDeselect={false} value={terms.time_zone} data={zones} onChange={(zone) => zone && set({ ...terms, time_zone: zone })} />
        <TextInput label={t("imports.numbers-of")} description={t("imports.numbers-of-hint")} value={terms.source} onChange={(event) => set({ ...terms, source: event.currentTarget.value })} />
      </SimpleGrid>
    </Panel>
  );
}
