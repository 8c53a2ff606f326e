/** The agents' list of cases, with filters that stand in the address. */
import { Checkbox, Group, Select, Stack } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTexts } from "../../app/texts";
import { Page } from "../../components/Page";
import { CaseRows, type CaseFilter } from "./CaseRows";

const STATES = ["active", "open", "pending", "reopened", "solved", "closed", "any"] as const;

export function CaseList() {
  const { t, word } = useTexts();
  const navigate = useNavigate();
  const { state = "active", overdue = false, unowned = false } = useSearch({ strict: false }) as CaseFilter;
  function choose(part: CaseFilter) {
    void navigate({ to: ".", search: { state, overdue, unowned, ...part } as never, replace: true });
  }
  return (
    <Page title={t("nav.cases")} about={t("cases.about")}>
      <Stack>
        <Group align="flex-end">
          <Select label={t("field.state")} allowDeselect={false} value={state} onChange={(next) => choose({ state: STATES.find((one) => one === next) ?? "active" })}
            data={STATES.map((value) => ({ value, label: value === "active" ? t("cases.active") : value === "any" ? t("cases.any") : word("state", value) }))} />
          <Checkbox label={t("cases.overdue")} checked={overdue} onChange={(event) => choose({ overdue: event.currentTarget.checked })} />
          <Checkbox label={t("cases.unowned")} checked={unowned} onChange={(event) => choose({ unowned: event.currentTarget.checked })} />
        </Group>
        <CaseRows filter={{ state, overdue, unowned }} empty={t("cases.none")} />
      </Stack>
    </Page>
  );
}
