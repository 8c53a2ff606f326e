/** Who belongs to a customer: listed as they see it, said anew, ended. */
import { Button, Group, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { customers, read, type Relation } from "../../api/clients";
import { useChange, usePages } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { CustomerName } from "../../components/CustomerName";
import { ProblemNote } from "../../components/ProblemNote";
import { Rows } from "../../components/Rows";

const KINDS = [
  "lives_with", "spouse_of", "sibling_of", "parent_of", "child_of", "employee_of", "employer_of", "parent_company_of",
  "subsidiary_of", "referrer_of", "referred_by", "partner_of", "contact_of", "represented_by",
] as const satisfies readonly Relation["kind"][];

export function Relations({ id }: { id: string }) {
  const { t, word, date } = useTexts();
  const can = useCan();
  const relations = usePages<Relation>(["relations", id], (after) => read(customers.GET("/customers/{customer_id}/relations", {
    params: { path: { customer_id: id }, query: { limit: 50, ...(after ? { after } : {}) } },
  })));
  return (
    <Stack>
      <Rows label={t("relations.title")} source={relations} keyOf={(row) => row.relation_id} empty={t("relations.none")}
        columns={[
          { title: t("relations.kind"), cell: (row) => word("relation", row.kind) },
          { title: t("relations.other"), cell: (row) => <CustomerName id={row.other_id} /> },
          { title: t("relations.since"), cell: (row) => (row.since ? date(row.since) : "–") },
          { title: t("relations.until"), cell: (row) => (row.until ? date(row.until) : "–") },
          { title: t("relations.note"), cell: (row) => row.note ?? "" },
          { title: t("relations.take-back"), cell: (row) => can("customers:write") && <Forget relation={row} /> },
        ]} />
      {can("customers:write") && <Add id={id} />}
    </Stack>
  );
}

function Forget({ relation }: { relation: Relation }) {
  const { t } = useTexts();
  const forget = useChange(() => read(customers.DELETE("/relations/{relation_id}", { params: { path: { relation_id: relation.relation_id } } })), [["relations"]]);
  return (
    <>
      <Button size="compact-sm" variant="default" loading={forget.isPending} onClick={() => forget.mutate(undefined)}>{t("relations.take-back")}</Button>
      {forget.isError && <ProblemNote error={forget.error} />}
    </>
  );
}

function Add({ id }: { id: string }) {
  const { t, word } = useTexts();
  const [kind, setKind] = useState<Relation["kind"]>("lives_with");
  const [other, setOther] = useState("");
  const [since, setSince] = useState("");
  const add = useChange(() => read(customers.POST("/customers/{customer_id}/relations", {
    params: { path: { customer_id: id } }, body: { kind, other_id: other.trim(), since: since || null, until: null, note: null },
  })), [["relations"]], () => setOther(""));
  function submit(event: FormEvent) {
    event.preventDefault();
    add.mutate(undefined);
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <Group align="flex-end">
          <NativeSelect label={t("relations.kind")} value={kind} onChange={(event) => setKind(event.currentTarget.value as Relation["kind"])}
            data={KINDS.map((value) => ({ value, label: word("relation", value) }))} />
          <TextInput label={t("relations.other-id")} required value={other} onChange={(event) => setOther(event.currentTarget.value)} />
          <TextInput label={t("relations.since")} type="date" value={since} onChange={(event) => setSince(event.currentTarget.value)} />
          <Button type="submit" loading={add.isPending}>{t("relations.add")}</Button>
        </Group>
        {add.isError && <ProblemNote error={add.error} />}
      </Stack>
    </form>
  );
}
