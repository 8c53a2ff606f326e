/** What a column of each kind of file may mean, for the list of choices. */
import { useQuery } from "@tanstack/react-query";
import type { Attribute } from "../../api/clients";
import { useTexts } from "../../app/texts";
import { attributesQuery } from "../customers/Profile";
import type { Kind } from "./doors";
import { IDENTIFIERS, OF_THE_LINE, OF_THE_ORDER, ORDER_TYPES, type Types } from "./mapping";

export interface Choices {
  types: Types;
  groups: { group: string; items: { value: string; label: string }[] }[];
}

export function useMeanings(kind: Kind): Choices {
  const { t, word } = useTexts();
  const attributes: Attribute[] = useQuery({ ...attributesQuery, enabled: kind === "customers" }).data ?? [];
  const named = (group: string, names: readonly string[]) => names.map((value) => ({ value, label: word(group, value) }));
  const key = { group: t("imports.group-key"), items: named("identifier", IDENTIFIERS) };
  const ignore = { value: "ignore", label: t("imports.ignore") };
  if (kind === "orders") {
    return {
      types: ORDER_TYPES,
      groups: [
        key,
        { group: t("imports.group-order"), items: named("order", OF_THE_ORDER) },
        { group: t("imports.group-line"), items: named("order", OF_THE_LINE) },
        { group: t("imports.group-other"), items: [ignore] },
      ],
    };
  }
  const known = attributes.filter((one) => !["status", "kind", "reachable"].includes(one.name));
  return {
    types: new Map(attributes.map((one) => [one.name, one.type])),
    groups: [
      key,
      { group: t("imports.group-other"), items: [ignore, { value: "consent", label: t("imports.consent") }] },
      { group: t("imports.group-attributes"), items: known.map((one) => ({ value: one.name, label: one.label || word("attribute", one.name) })) },
    ],
  };
}
