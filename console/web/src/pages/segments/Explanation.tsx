/** Why a customer is in a segment, or is not: the rule again, each part with what was found. */
import { Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { analytics, read, type Reason } from "../../api/clients";
import { useTexts } from "../../app/texts";
import { Loaded } from "../../components/Loaded";
import { sentenceOf, type Words } from "./sentences";
import type { Node } from "./tree";
import { useWords } from "./useWords";

export function Explanation({ segment, customer }: { segment: string; customer: string }) {
  const { t, time } = useTexts();
  const words = useWords();
  const query = useQuery({
    queryKey: ["explain", segment, customer],
    queryFn: () => read(analytics.GET("/segments/{segment_id}/explain/{customer_id}", { params: { path: { segment_id: segment, customer_id: customer } } })),
  });
  return (
    <Loaded query={query}>
      {(found) => (
        <Stack gap="xs">
          <Text fw={600} size="sm">{t(found.inside ? "explain.inside" : "explain.outside")}</Text>
          <ReasonTree reason={found.reason} words={words} />
          {found.changes_at && <Text size="sm">{t("explain.changes", { when: time(found.changes_at) })}</Text>}
        </Stack>
      )}
    </Loaded>
  );
}

function ReasonTree({ reason, words }: { reason: Reason; words: Words }) {
  const { t } = words;
  const found = foundIn(reason, words);
  return (
    <Stack gap={4} className={reason.decides && reason.children.length === 0 ? "decides" : ""} p={4}>
      <Group gap={0} wrap="nowrap" align="baseline">
        <span className={`dot ${reason.holds ? "dot-green" : "dot-red"}`} aria-hidden="true" />
        <Text size="sm" span className="breakable">
          {labelOf(reason, words)} <Text span size="xs" c="dimmed">
            {t(reason.holds ? "explain.holds" : "explain.fails")}
            {found !== null && ` · ${t("explain.found", { found })}`}
            {reason.decides && reason.children.length === 0 && ` · ${t("explain.decides")}`}
          </Text>
        </Text>
      </Group>
      {reason.children.length > 0 && (
        <div className="group">{reason.children.map((child, index) => <ReasonTree key={index} reason={child} words={words} />)}</div>
      )}
    </Stack>
  );
}

function labelOf(reason: Reason, words: Words): string {
  return "not" in reason.condition ? words.t("builder.not") : sentenceOf(reason.condition as Node, words);
}

/** What was found, as it is said: money as money, several figures side by side. */
function foundIn({ condition, found }: Reason, words: Words): string | null {
  if (found === null || found === undefined) return null;
  const isMoney = words.typeOf(String(condition.event ?? ""), String(condition.field ?? "")) === "money";
  const said = (name: string, value: unknown) => (isMoney && typeof value === "number" && name !== "events" ? words.money(value) : String(value));
  if (typeof found !== "object") return said("", found);
  return Object.entries(found).map(([name, value]) => `${words.word("found", name)} ${said(name, value)}`).join(", ");
}
