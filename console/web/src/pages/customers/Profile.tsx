/** Who somebody is: attributes with where each came from, identifiers, and a form for those who may change them. */
import { Button, Grid, Group, Modal, NumberInput, Select, Stack, Switch, TagsInput, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { customers, read, type Attribute, type Customer } from "../../api/clients";
import { useChange } from "../../api/hooks";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Facts, Panel } from "../../components/Page";
import { ProblemNote } from "../../components/ProblemNote";
import { Rows } from "../../components/Rows";
import { STATUSES } from "./CustomerList";

type Value = Customer["attributes"][string];

export const attributesQuery = {
  queryKey: ["attributes"],
  queryFn: () => read(customers.GET("/attributes")).then((page) => page.items),
  staleTime: 60_000,
};

export function Profile({ customer }: { customer: Customer }) {
  const { t, word, time } = useTexts();
  const can = useCan();
  const definitions = useQuery(attributesQuery).data ?? [];
  const labelOf = useLabels();
  const known = Object.entries(customer.attributes).filter(([, value]) => value !== null);
  return (
    <Grid>
      <Grid.Col span={{ base: 12, md: 6 }}>
        <Panel title={t("customer.attributes")} actions={can("customers:write") && <EditProfile customer={customer} definitions={definitions} />}>
          {known.length === 0 && <Text size="sm" c="dimmed">{t("customer.no-attributes")}</Text>}
          <Facts facts={known.map(([name, value]) => {
            const source = customer.provenance[name];
            return [labelOf(name), <>
              {shownAs(value)}
              {source && <Text size="xs" c="dimmed">{t("customer.said-by", { who: source.by, when: time(source.at) })}</Text>}
            </>];
          })} />
        </Panel>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 6 }}>
        <Panel title={t("customer.identifiers")}>
          <Rows label={t("customer.identifiers")} source={{ items: customer.identifiers }} keyOf={(row) => row.identifier_id} empty={t("customer.no-identifiers")}
            columns={[
              { title: t("field.kind"), cell: (row) => word("identifier", row.kind) },
              { title: t("field.value"), cell: (row) => <span className="breakable">{row.value}{row.source && ` (${row.source})`}</span> },
              { title: t("customer.verified"), cell: (row) => (row.verified ? t("word.yes") : t("word.no")) },
            ]} />
          {customer.aliases.length > 0 && <Text size="xs" c="dimmed">{t("customer.aliases", { count: customer.aliases.length })}</Text>}
        </Panel>
      </Grid.Col>
    </Grid>
  );
}

/** What an attribute is called: by its definition, else by its name. */
export function useLabels(): (name: string) => string {
  const definitions = useQuery(attributesQuery).data ?? [];
  return (name) => definitions.find((one) => one.name === name)?.label || name.replaceAll("_", " ");
}

export function shownAs(value: Value): string {
  return Array.isArray(value) ? value.join(", ") : String(value);
}

function EditProfile({ customer, definitions }: { customer: Customer; definitions: Attribute[] }) {
  const { t, word } = useTexts();
  const [opened, { open, close }] = useDisclosure();
  const [changed, setChanged] = useState<Record<string, Value>>({});
  const [status, setStatus] = useState(customer.status);
  const save = useChange(
    () => read(customers.PATCH("/customers/{customer_id}", {
      params: { path: { customer_id: customer.customer_id }, header: { "if-match": `"${customer.version}"` } },
      body: { attributes: changed, ...(status === customer.status ? {} : { status }) },
    })),
    [["customer", customer.customer_id], ["customers"], ["changes", customer.customer_id]], close,
  );
  function start() {
    setChanged({});
    setStatus(customer.status);
    save.reset();
    open();
  }
  return (
    <>
      <Button size="xs" variant="default" onClick={start}>{t("action.edit")}</Button>
      <Modal opened={opened} onClose={close} title={t("customer.edit")} size="lg" closeButtonProps={{ "aria-label": t("action.close") }}>
        <Stack>
          <Select label={t("field.status")} value={status} allowDeselect={false} onChange={(value) => value && setStatus(value as typeof status)}
            data={STATUSES.map((value) => ({ value, label: word("state", value) }))} />
          {definitions.filter((one) => one.applies_to === "both" || one.applies_to === customer.kind).map((one) => (
            <AttributeInput key={one.name} attribute={one} value={changed[one.name] === undefined ? customer.attributes[one.name] ?? null : changed[one.name]!}
              set={(value) => setChanged({ ...changed, [one.name]: value })} />
          ))}
          {save.isError && <ProblemNote error={save.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{t("action.cancel")}</Button>
            <Button loading={save.isPending} onClick={() => save.mutate(undefined)}>{t("action.save")}</Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

function AttributeInput({ attribute, value, set }: { attribute: Attribute; value: Value; set: (value: Value) => void }) {
  const label = attribute.label || attribute.name.replaceAll("_", " ");
  switch (attribute.type) {
    case "boolean":
      return <Switch label={label} checked={value === true} onChange={(event) => set(event.currentTarget.checked)} />;
    case "integer":
    case "number":
      return <NumberInput label={label} value={typeof value === "number" ? value : ""} allowDecimal={attribute.type === "number"} onChange={(next) => set(next === "" ? null : Number(next))} />;
    case "choice":
      return <Select label={label} value={typeof value === "string" ? value : null} data={attribute.allowed} clearable onChange={set} />;
    case "texts":
      return <TagsInput label={label} value={Array.isArray(value) ? value : []} data={attribute.allowed} onChange={set} />;
    default:
      return <TextInput label={label} type={attribute.type === "date" ? "date" : "text"} value={value === null ? "" : String(value)} onChange={(event) => set(event.currentTarget.value || null)} />;
  }
}
