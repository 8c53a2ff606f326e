/** The five APIs, each with the types of its own document. A refusal is thrown as a Problem. */
import createClient, { type Middleware } from "openapi-fetch";
import type * as Analytics from "./generated/analytics";
import type * as Campaigns from "./generated/campaigns";
import type * as Customers from "./generated/customers";
import type * as Interactions from "./generated/interactions";
import type * as Privacy from "./generated/privacy";
import { problemOf } from "./problem";

const refusals: Middleware = {
  async onResponse({ response }) {
    if (!response.ok) throw await problemOf(response);
  },
};

function client<Paths extends object>(service: string) {
  const made = createClient<Paths>({ baseUrl: `/api/${service}` });
  made.use(refusals);
  return made;
}

export const customers = client<Customers.paths>("customers");
export const interactions = client<Interactions.paths>("interactions");
export const analytics = client<Analytics.paths>("analytics");
export const campaigns = client<Campaigns.paths>("campaigns");
export const privacy = client<Privacy.paths>("privacy");

/** The body of a success; anything else was thrown before. */
export async function read<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}

/** Our own server's small endpoints, which no document describes. */
export async function ask<T>(path: string, body?: unknown): Promise<T> {
  const response = await fetch(path, {
    method: body === undefined ? "GET" : "POST",
    ...(body === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
  });
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

type CustomersSchemas = Customers.components["schemas"];
type InteractionsSchemas = Interactions.components["schemas"];
type AnalyticsSchemas = Analytics.components["schemas"];
type CampaignsSchemas = Campaigns.components["schemas"];
type PrivacySchemas = Privacy.components["schemas"];

export type Customer = CustomersSchemas["CustomerOut"];
export type CustomerSummary = CustomersSchemas["CustomerSummary"];
export type Attribute = CustomersSchemas["AttributeOut"];
export type Change = CustomersSchemas["ChangeOut"];
export type Candidate = CustomersSchemas["CandidateOut"];
export type Merge = CustomersSchemas["MergeOut"];
export type Relation = CustomersSchemas["RelationOut"];
export type Duplicate = CustomersSchemas["DuplicateOut"];
export type CustomerImport = CustomersSchemas["ImportOut"];
export type CustomerImportSummary = CustomersSchemas["ImportSummary"];
export type OrderImport = InteractionsSchemas["ImportOut"];
export type OrderImportSummary = InteractionsSchemas["ImportSummary"];
export type OrderTerms = InteractionsSchemas["TermsOut"];
export type OrderSum = InteractionsSchemas["SumOut"];
export type ConsentRule = CustomersSchemas["ConsentRuleIn"];
export type ImportColumn = CustomersSchemas["ColumnOut"];
export type DeadLetter = CustomersSchemas["DeadLetterOut"];
export type DeadLetterBytes = CustomersSchemas["DeadLetterWithBytes"];
export type Interaction = InteractionsSchemas["InteractionOut"];
export type ServiceCase = InteractionsSchemas["CaseOut"];
export type CaseShown = InteractionsSchemas["CaseWithStepsOut"];
export type CaseDraft = InteractionsSchemas["CaseIn"];
export type CaseChange = InteractionsSchemas["CaseChangeIn"];
export type Cart = InteractionsSchemas["CartOut"];
export type Product = InteractionsSchemas["ProductOut"];
export type Publisher = InteractionsSchemas["PublisherOut"];
export type Activity = InteractionsSchemas["ActivityOut"];
export type BaseCurrency = InteractionsSchemas["BaseCurrencyOut"];
export type Stats = InteractionsSchemas["StatsOut"];
export type Segment = AnalyticsSchemas["SegmentOut"];
export type Reason = AnalyticsSchemas["ReasonOut"];
export type Fit = AnalyticsSchemas["FitOut"];
export type RfmCell = AnalyticsSchemas["RfmCellOut"];
export type Scores = AnalyticsSchemas["ScoresOut"];
export type Vocabulary = AnalyticsSchemas["VocabularyOut"];
export type Campaign = CampaignsSchemas["CampaignOut"];
export type CampaignDraft = CampaignsSchemas["CampaignIn"];
export type Message = CampaignsSchemas["MessageOut"];
export type CustomerMessage = CampaignsSchemas["CustomerMessageOut"];
export type Report = CampaignsSchemas["ReportOut"];
export type SendingNow = CampaignsSchemas["SendingOut"];
export type AllowListNow = CampaignsSchemas["AllowListOut"];
export type SettingChange = CampaignsSchemas["ChangeOut"];
export type Policy = CampaignsSchemas["PolicyOut"];
export type Consent = PrivacySchemas["ConsentOut"];
export type ConsentDraft = PrivacySchemas["ConsentIn"];
export type Erasure = PrivacySchemas["ErasureOut"];
export type SignUpForm = PrivacySchemas["FormOut"];
export type SubjectRequest = PrivacySchemas["RequestOut"];
export type RequestKind = SubjectRequest["kind"];
export type Hold = PrivacySchemas["HoldOut"];
export type ArchiveLink = PrivacySchemas["ArchiveLinkOut"];
export type SuppressionCheck = PrivacySchemas["CheckOut"];
export type Channel = PrivacySchemas["AddressIn"]["channel"];
