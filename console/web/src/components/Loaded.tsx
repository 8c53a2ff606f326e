/** What a query has: a skeleton while it loads, its refusal, or its data. */
import { Skeleton, Stack } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ProblemNote } from "./ProblemNote";

export function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) return <ProblemNote error={query.error} retry={() => void query.refetch()} />;
  return <Waiting />;
}

export function Waiting({ lines = 3 }: { lines?: number }) {
  return (
    <Stack gap="sm" aria-busy="true">
      {Array.from({ length: lines }, (_, index) => <Skeleton key={index} height={18} width={`${90 - index * 14}%`} />)}
    </Stack>
  );
}
