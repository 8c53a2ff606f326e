/** Who sent events within a day, and what became of them. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { interactions, read, type Publisher } from "../../api/clients";
import { useTexts } from "../../app/texts";
import { Go } from "../../components/Go";
import { Rows } from "../../components/Rows";

const OUTCOMES = ["accepted", "recorded", "duplicate", "refused"] as const;

export function Publishers() {
  const { t, time, word, number } = useTexts();
  const navigate = useNavigate();
  const query = useQuery({ queryKey: ["publishers"], queryFn: () => read(interactions.GET("/publishers")), refetchInterval: 10_000 });
  return (
    <Rows label={t("publishers.title")} source={{ items: query.data?.items, error: query.error, refetch: query.refetch }} keyOf={(row: Publisher) => row.publisher} empty={t("publishers.none")}
      open={(row) => void navigate({ to: "/operations/publishers/$name", params: { name: row.publisher } })}
      columns={[
        { title: t("publishers.name"), cell: (row) => <Go to="/operations/publishers/$name" params={{ name: row.publisher }}>{row.publisher}</Go> },
        ...OUTCOMES.map((outcome) => ({ title: t("publishers.hour", { outcome: word("outcome", outcome) }), number: true, cell: (row: Publisher) => number(row.hour[outcome]) })),
        ...OUTCOMES.map((outcome) => ({ title: t("publishers.day", { outcome: word("outcome", outcome) }), number: true, cell: (row: Publisher) => number(row.day[outcome]) })),
        { title: t("publishers.seen"), cell: (row) => time(row.seen_at) },
      ]} />
  );
}
