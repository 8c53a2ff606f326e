/** The operator's room: the services' health, what could not be handled, and the switch. */
import { useCan } from "../../app/session";
import { useTexts } from "../../app/texts";
import { Page } from "../../components/Page";
import { AddressTabs } from "../../components/Tabs";
import { Alarms } from "./Alarms";
import { DeadLetters } from "./DeadLetters";
import { Publishers } from "./Publishers";
import { Sending } from "./Sending";
import { Services } from "./Services";

export function Operations() {
  const { t } = useTexts();
  const can = useCan();
  return (
    <Page title={t("nav.operations")} about={t("operations.about")}>
      <AddressTabs tabs={[
        { id: "services", title: t("operations.services"), content: () => <Services /> },
        { id: "alarms", title: t("operations.alarms"), content: () => <Alarms /> },
        { id: "dead-letters", title: t("operations.dead"), content: () => <DeadLetters /> },
        { id: "publishers", title: t("publishers.title"), content: () => <Publishers /> },
        ...(can("campaigns:read") ? [{ id: "sending", title: t("operations.sending"), content: () => <Sending /> }] : []),
      ]} />
    </Page>
  );
}
