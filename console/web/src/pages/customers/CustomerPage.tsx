/** Everything that the firm knows of one customer, on one page. */
import { Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { customerQuery } from "../../components/CustomerName";
import { Loaded } from "../../components/Loaded";
import { Page } from "../../components/Page";
import { State } from "../../components/State";
import { AddressTabs, type Tab } from "../../components/Tabs";
import { CasesOf } from "../cases/CasesOf";
import { Carts } from "./Carts";
import { Changes } from "./Changes";
import { Consents } from "./Consents";
import { LogCall } from "./LogCall";
import { Memberships } from "./Memberships";
import { MessagesTo } from "./MessagesTo";
import { Overview } from "./Overview";
import { Profile } from "./Profile";
import { Relations } from "./Relations";
import { Timeline } from "./Timeline";

export function CustomerPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const { call } = useSearch({ strict: false }) as { call?: string | number };
  const { t, date, word } = useTexts();
  const can = useCan();
  const query = useQuery(customerQuery(id));
  const tabs: (Tab & { scope: string })[] = [
    { id: "overview", title: t("customer.overview"), scope: "customers:read", content: () => query.data && <Overview customer={query.data} /> },
    { id: "profile", title: t("customer.profile"), scope: "customers:read", content: () => query.data && <Profile customer={query.data} /> },
    { id: "relations", title: t("relations.title"), scope: "customers:read", content: () => <Relations id={id} /> },
    { id: "timeline", title: t("customer.timeline"), scope: "interactions:read", content: () => <Timeline id={id} /> },
    { id: "cases", title: t("nav.cases"), scope: "cases:read", content: () => <CasesOf id={id} /> },
    { id: "carts", title: t("carts.title"), scope: "interactions:read", content: () => <Carts id={id} /> },
    { id: "messages", title: t("customer.messages"), scope: "campaigns:read", content: () => <MessagesTo id={id} /> },
    { id: "segments", title: t("nav.segments"), scope: "analytics:read", content: () => <Memberships id={id} /> },
    { id: "consents", title: t("customer.consents"), scope: "privacy:read", content: () => <Consents id={id} /> },
    { id: "changes", title: t("customer.changes"), scope: "customers:read", content: () => <Changes id={id} /> },
  ];
  return (
    <Loaded query={query}>
      {(customer) => (
        <Page title={customer.name ?? t("customer.nameless")} actions={can("interactions:write") && <LogCall id={id} />}
          about={<Group gap="md"><State value={customer.status} /><span>{word("customer-kind", customer.kind)}</span>
            <span>{t("customer.since", { date: date(customer.created_at) })}</span><span className="mono">{customer.customer_id}</span>{call !== undefined && <strong>{t("call.from", { number: call })}</strong>}</Group>}>
          <AddressTabs tabs={tabs.filter((tab) => can(tab.scope))} />
        </Page>
      )}
    </Loaded>
  );
}
