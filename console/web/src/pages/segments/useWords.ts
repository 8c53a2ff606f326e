/** What sentences and the builder need to know: the vocabulary, and the names of segments and lists. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { analytics, read, type Vocabulary } from "../../api/clients";
import { useTexts } from "../../app/texts";
import type { Words } from "./sentences";

const LIMIT = 500;

async function namesOf(): Promise<{ segments: [string, string][]; lists: [string, string][] }> {
  const query = { params: { query: { limit: LIMIT } } };
  const [segments, lists] = await Promise.all([
    read(analytics.GET("/segments", { params: { query: { limit: LIMIT, archived: true } } })), read(analytics.GET("/lists", query)),
  ]);
  return { segments: segments.items.map((one) => [one.id, one.name]), lists: lists.items.map((one) => [one.id, one.name]) };
}

export const namesQuery = { queryKey: ["segments", "names"], queryFn: namesOf, staleTime: 10_000 };

export interface Knowledge extends Words {
  vocabulary: Vocabulary | undefined;
  segments: [string, string][];
  lists: [string, string][];
}

export function useWords(): Knowledge {
  const { t, word, money } = useTexts();
  const vocabulary = useQuery({ queryKey: ["vocabulary"], queryFn: () => read(analytics.GET("/segments/vocabulary")), staleTime: 60_000 }).data;
  const names = useQuery(namesQuery).data;
  return useMemo(() => ({
    t, word, money, vocabulary,
    segments: names?.segments ?? [],
    lists: names?.lists ?? [],
    names: new Map([...(names?.segments ?? []), ...(names?.lists ?? [])]),
    typeOf: (owner, name) => (owner === null ? vocabulary?.attributes[name] : vocabulary?.events[owner]?.[name]),
  }), [t, word, money, vocabulary, names]);
}
