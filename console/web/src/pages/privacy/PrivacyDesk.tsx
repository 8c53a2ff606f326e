/** The privacy officer's desk: requests with their deadlines, consent with its proof, the suppression list. */
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Page } from "../../components/Page";
import { AddressTabs } from "../../components/Tabs";
import { ConsentLookUp } from "./ConsentLookUp";
import { Erasures } from "./Erasures";
import { SignUpForms } from "./SignUpForms";
import { Requests } from "./Requests";
import { Suppressions } from "./Suppressions";

export function PrivacyDesk() {
  const { t } = useTexts();
  const can = useCan();
  return (
    <Page title={t("nav.privacy")} about={t("privacy.about")}>
      <AddressTabs tabs={[
        ...(can("privacy:requests") ? [{ id: "requests", title: t("requests.title"), content: () => <Requests /> }] : []),
        { id: "erasures", title: t("privacy.requests"), content: () => <Erasures /> },
        ...(can("customers:read") ? [{ id: "consents", title: t("privacy.look-up"), content: () => <ConsentLookUp /> }] : []),
        { id: "suppressions", title: t("privacy.suppressions"), content: () => <Suppressions /> },
        { id: "forms", title: t("forms.title"), content: () => <SignUpForms /> },
      ]} />
    </Page>
  );
}
