/** One request of a data subject: its deadline, what was done about it, and what can be done now. */
import { Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { privacy, read, type SubjectRequest } from "../../api/clients";
import { useTexts } from "../../app/texts";
import { CustomerName } from "../../components/CustomerName";
import { Go } from "../../components/Go";
import { Loaded } from "../../components/Loaded";
import { Facts, Page, Panel } from "../../components/Page";
import { Rows } from "../../components/Rows";
import { State } from "../../components/State";
import { nextStep, shownState, timesAsked } from "./deadline";
import { Holds } from "./Holds";
import { ArchiveLinkPanel, RequestActions } from "./RequestActions";
import { Clock } from "./Requests";

export function RequestPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery({
    queryKey: ["requests", "one", id],
    queryFn: () => read(privacy.GET("/requests/{request_id}", { params: { path: { request_id: id } } })),
    refetchInterval: ({ state }) => (state.data?.state === "working" ? 2_000 : 15_000),
  });
  return <Loaded query={query}>{(request) => <Shown request={request} />}</Loaded>;
}

function Shown({ request }: { request: SubjectRequest }) {
  const { t, time, word, number } = useTexts();
  const times = timesAsked(request);
  return (
    <Page title={word("request-kind", request.kind)} actions={<RequestActions request={request} />}
      about={<Group gap="md"><State value={shownState(request)} /><span>{word("request-next", nextStep(request))}</span><CustomerName id={request.customer_id} /></Group>}>
      <Holds customer={request.customer_id} />
      <Panel>
        <Facts facts={[
          [t("requests.asked-for"), word("request-what", request.kind)],
          [t("field.state"), word("state", request.state)],
          [t("requests.received"), times > 1 ? `${time(request.received_at)} (${t("requests.times", { count: number(times) })})` : time(request.received_at)],
          [t("requests.due"), <>{time(request.due_at)}<Clock request={request} /></>],
          ...(request.extended_for ? [[t("requests.extended"), request.extended_for] as [string, string]] : []),
          [t("requests.checked-by"), request.identity_checked_by ?? t("word.no")],
          [t("requests.language"), request.language],
          [t("requests.note"), request.note || "–"],
          ...(request.erasure_id ? [[t("erasure.title"), <Go key="erasure" to="/privacy/erasures/$id" params={{ id: request.erasure_id }}>{t("requests.see-erasure")}</Go>] as [string, React.ReactNode]] : []),
          [t("requests.closed"), request.closed_at ? time(request.closed_at) : "–"],
        ]} />
      </Panel>
      {request.state === "ready" && <ArchiveLinkPanel request={request} />}
      <Panel title={t("requests.steps")}>
        <Rows label={t("requests.steps")} source={{ items: request.steps }} keyOf={(step) => `${step.at} ${step.what} ${step.detail}`} empty="–"
          columns={[
            { title: t("field.when"), cell: (step) => time(step.at) },
            { title: t("requests.step"), cell: (step) => word("request-step", step.what) },
            { title: t("field.who"), cell: (step) => step.by },
            { title: t("requests.detail"), cell: (step) => <span className="breakable">{step.detail}</span> },
          ]} />
      </Panel>
    </Page>
  );
}
