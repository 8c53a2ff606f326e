/** Reading and changing through the clients, with one way of paging. */
import { useInfiniteQuery, useMutation, useQueryClient, type QueryKey } from "@tanstack/react-query";

export interface Page<T> {
  items: T[];
  next: string | null;
}

/** A list by keyset: `items` so far, and `more` while there are others. */
export function usePages<T>(
  key: QueryKey,
  fetchPage: (after: string | undefined) => Promise<Page<T>>,
  options: { enabled?: boolean; refetchInterval?: number } = {},
) {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => fetchPage(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    ...options,
  });
  return {
    ...query,
    items: query.data?.pages.flatMap((page) => page.items),
    more: query.hasNextPage ? () => void query.fetchNextPage() : undefined,
  };
}

/** A change; what it may have altered is read again. */
export function useChange<In, Out>(change: (input: In) => Promise<Out>, alters: QueryKey[], done?: (out: Out) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async (out) => {
      done?.(out);
      await Promise.all(alters.map((queryKey) => client.invalidateQueries({ queryKey })));
    },
  });
}
