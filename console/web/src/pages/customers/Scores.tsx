/** What a customer is worth and likely to do, by the newest fits, with what each figure means. */
import { List, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { analytics, read, type Scores as Found } from "../../api/clients";
import { asProblem } from "../../api/problem";
import { useTexts } from "../../app/texts";
import { Loaded } from "../../components/Loaded";
import { Facts } from "../../components/Page";

export function Scores({ id }: { id: string }) {
  const { t } = useTexts();
  const query = useQuery({
    queryKey: ["scores", id],
    queryFn: () => read(analytics.GET("/customers/{customer_id}/scores", { params: { path: { customer_id: id } } })),
  });
  if (query.isError && asProblem(query.error).slug === "not-scored") return <Text size="sm" c="dimmed">{t("scores.none")}</Text>;
  return <Loaded query={query}>{(scores) => <Shown scores={scores} />}</Loaded>;
}

function Shown({ scores }: { scores: Found }) {
  const { t, word, date, number, money, percent } = useTexts();
  const facts: [string, string | null][] = [
    [t("scores.group"), scores.rfm_group && `${word("rfm", scores.rfm_group)} (${[scores.r, scores.f, scores.m].join(" · ")})`],
    [t("scores.orders"), scores.orders === null ? null : number(scores.orders)],
    [t("scores.money"), scores.money === null ? null : money(scores.money)],
    [t("scores.last"), scores.last_purchase && date(scores.last_purchase)],
    [t("scores.active"), scores.p_active === null ? null : percent(scores.p_active)],
    [t("scores.expected"), scores.purchases_expected === null ? null : number(Math.round(scores.purchases_expected * 10) / 10)],
    [t("scores.clv"), scores.clv === null ? null : money(scores.clv)],
    [t("scores.crosses"), scores.crosses_at && date(scores.crosses_at)],
  ];
  return (
    <Stack gap="xs">
      <Facts facts={facts.filter((fact): fact is [string, string] => Boolean(fact[1]))} />
      <details>
        <summary><Text span size="xs">{t("scores.meaning")}</Text></summary>
        <List size="xs" mt={4}>
          {(["scores.def-rfm", "scores.def-active", "scores.def-clv"] as const).map((key) => <List.Item key={key}>{t(key)}</List.Item>)}
        </List>
        <Text size="xs" c="dimmed">{t("scores.as-of", { date: date(scores.as_of) })}</Text>
      </details>
    </Stack>
  );
}
