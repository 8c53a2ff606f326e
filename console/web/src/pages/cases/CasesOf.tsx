/** One customer's cases, whatever their state, and a new one. */
import { Group, Stack } from "@mantine/core";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { CaseRows } from "./CaseRows";
import { OpenCase } from "./OpenCase";

export function CasesOf({ id }: { id: string }) {
  const { t } = useTexts();
  const can = useCan();
  return (
    <Stack>
      {can("cases:write") && <Group><OpenCase id={id} /></Group>}
      <CaseRows filter={{ customer_id: id, state: "any" }} empty={t("cases.none-of")} />
    </Stack>
  );
}
