/** Who is signed in, and what they may do. */
import { useQuery } from "@tanstack/react-query";
import { ask } from "../api/clients";

export interface Session {
  user: string | null;
  roles: string[];
  scopes: string[];
  ways: { password: boolean; provider: string | null };
}

export const sessionQuery = {
  queryKey: ["session"],
  queryFn: () => ask<Session>("/auth/session"),
  staleTime: 60_000,
};

/** `can("analytics:write")`: what nobody may do is not shown to them; the server refuses it all the same. */
export function useCan(): (scope: string) => boolean {
  const { data } = useQuery(sessionQuery);
  return (scope) => data?.scopes.includes(scope) ?? false;
}
