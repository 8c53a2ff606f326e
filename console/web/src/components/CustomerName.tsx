/** A customer by name, as a link; the beginning of the id until the name is known, or when there is none. */
import { useQuery } from "@tanstack/react-query";
import { customers, read } from "../api/clients";
import { useCan } from "../app/session";
import { Go } from "./Go";

export const customerQuery = (id: string) => ({
  queryKey: ["customer", id],
  queryFn: () => read(customers.GET("/customers/{customer_id}", { params: { path: { customer_id: id } } })),
  staleTime: 30_000,
});

export function CustomerName({ id }: { id: string }) {
  const { data } = useQuery({ ...customerQuery(id), enabled: useCan()("customers:read") });
  return <Go to="/customers/$id" params={{ id }}>{data?.name ?? <span className="mono">{id.slice(0, 8)}…</span>}</Go>;
}
