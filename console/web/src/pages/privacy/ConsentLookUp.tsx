/** What one customer permitted, with the proof of each word; and the restriction of processing. */
import { Group, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { privacy, read } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Confirm } from "../../components/Confirm";
import { CustomerName } from "../../components/CustomerName";
import { Consents } from "../customers/Consents";
import { CustomerPicker } from "./CustomerPicker";

export function ConsentLookUp() {
  const can = useCan();
  const navigate = useNavigate();
  const { customer } = useSearch({ strict: false }) as { customer?: string };
  return (
    <Stack>
      <CustomerPicker value={customer ?? null} choose={(id) => void navigate({ to: ".", search: { tab: "consents", customer: id ?? undefined } as never })} />
      {customer && (
        <>
          <Group justify="space-between"><CustomerName id={customer} />{can("privacy:write") && <Restriction id={customer} />}</Group>
          <Consents key={customer} id={customer} />
        </>
      )}
    </Stack>
  );
}

function Restriction({ id }: { id: string }) {
  const { t } = useTexts();
  const restricted = useQuery({
    queryKey: ["consents", id, "restricted"],
    queryFn: () => read(privacy.GET("/customers/{customer_id}/consents", { params: { path: { customer_id: id }, query: { limit: 1 } as never } })).then((found) => found.restricted),
  }).data;
  const change = useChange<void, unknown>(
    () => read(privacy.PUT("/customers/{customer_id}/restriction", { params: { path: { customer_id: id } }, body: { restricted: !restricted } })), [["consents", id]]);
  if (restricted === undefined) return null;
  const texts = restricted ? (["lookup.unrestrict", "lookup.unrestrict-what"] as const) : (["lookup.restrict", "lookup.restrict-what"] as const);
  return <Confirm key={texts[0]} variant="default" size="xs" label={t(texts[0])} title={t(texts[0])} what={t(texts[1])} act={change} />;
}
