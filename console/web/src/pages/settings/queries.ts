/** What is set about sending. */
import { campaigns, read } from "../../api/clients";

export const sendingQuery = { queryKey: ["settings", "sending"], queryFn: () => read(campaigns.GET("/settings/sending")) };
export const allowListQuery = { queryKey: ["settings", "allow-list"], queryFn: () => read(campaigns.GET("/settings/allow-list")) };
