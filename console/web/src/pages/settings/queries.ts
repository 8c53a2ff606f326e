/** What is set about sending, and what the firm counts in. */
import { campaigns, interactions, read } from "../../api/clients";

export const sendingQuery = { queryKey: ["settings", "sending"], queryFn: () => read(campaigns.GET("/settings/sending")) };
export const allowListQuery = { queryKey: ["settings", "allow-list"], queryFn: () => read(campaigns.GET("/settings/allow-list")) };
export const currencyQuery = { queryKey: ["settings", "currency"], queryFn: () => read(interactions.GET("/base-currency")) };
