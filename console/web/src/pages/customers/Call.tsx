/** Who calls: a telephone system opens `/call?number=…`; one customer opens at once, several are offered. */
import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Navigate, useNavigate, useSearch } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { useTexts } from "../../app/texts";
import { Icon } from "../../components/Icon";
import { Page } from "../../components/Page";
import { CustomerTable } from "./CustomerList";
import { find } from "./finding";

export function Call() {
  const { t } = useTexts();
  const navigate = useNavigate();
  // A number without a plus is read as a number by the router.
  const { number } = useSearch({ strict: false }) as { number?: string | number };
  const asked = number === undefined ? "" : String(number).trim();
  const [typed, setTyped] = useState(asked);
  const found = useQuery({ queryKey: ["customers", "found", asked], queryFn: () => find(asked), enabled: asked !== "" });
  const only = found.data?.length === 1 ? found.data[0] : undefined;
  function submit(event: FormEvent) {
    event.preventDefault();
    void navigate({ to: ".", search: { number: typed.trim() || undefined } as never });
  }
  if (only) return <Navigate to="/customers/$id" params={{ id: only.customer_id }} search={{ call: asked } as never} replace />;
  return (
    <Page title={t("call.title")} about={t("call.about")}>
      <form onSubmit={submit}>
        <TextInput label={t("call.who")} placeholder={t("call.who-hint")} leftSection={<Icon name="search" size={16} />} autoFocus value={typed} onChange={(event) => setTyped(event.currentTarget.value)} />
      </form>
      {asked !== "" && <CustomerTable source={{ items: found.data, error: found.error, refetch: found.refetch }} empty={t("call.nobody", { number: asked })} />}
    </Page>
  );
}
