/** Every page with its address and the scope that it needs. Areas are loaded when they are first opened. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { Failed, Guarded, NoPage } from "./Guarded";
import { Shell } from "./Shell";
import { SignIn } from "./SignIn";

const root = createRootRoute({
  notFoundComponent: NoPage,
  errorComponent: Failed,
  validateSearch: (search: Record<string, unknown>) => search,
});
const shell = createRoute({ getParentRoute: () => root, id: "shell", component: Shell });
const signIn = createRoute({ getParentRoute: () => root, path: "/sign-in", component: SignIn });

function page<Path extends string, Name extends string>(path: Path, scope: string | null, load: () => Promise<Record<Name, ComponentType>>, name: Name) {
  const Lazy = lazyRouteComponent(load, name) as ComponentType;
  return createRoute({
    getParentRoute: () => shell,
    path,
    component: () => <Guarded scope={scope}><Lazy /></Guarded>,
    errorComponent: Failed,
  });
}

const home = page("/", null, () => import("../pages/home/Home"), "Home");
const customerList = page("/customers", "customers:read", () => import("../pages/customers/CustomerList"), "CustomerList");
const duplicates = page("/customers/duplicates", "customers:merge", () => import("../pages/customers/Duplicates"), "Duplicates");
const call = page("/call", "interactions:write", () => import("../pages/customers/Call"), "Call");
const customer = page("/customers/$id", "customers:read", () => import("../pages/customers/CustomerPage"), "CustomerPage");
const caseList = page("/cases", "cases:read", () => import("../pages/cases/CaseList"), "CaseList");
const caseOne = page("/cases/$id", "cases:read", () => import("../pages/cases/CasePage"), "CasePage");
const catalogue = page("/catalogue", "catalogue:read", () => import("../pages/catalogue/Catalogue"), "Catalogue");
const product = page("/catalogue/$id", "catalogue:read", () => import("../pages/catalogue/ProductPage"), "ProductPage");
const importList = page("/imports", "customers:import", () => import("../pages/imports/ImportList"), "ImportList");
const importPair = page("/imports/new", "interactions:import", () => import("../pages/imports/NewPair"), "NewPair");
const importNew = page("/imports/$kind/new", "customers:import", () => import("../pages/imports/NewImport"), "NewImport");
const importOne = page("/imports/$kind/$id", "customers:import", () => import("../pages/imports/ImportPage"), "ImportPage");
const gallery = page("/templates", null, () => import("../pages/templates/Gallery"), "Gallery");
const segmentList = page("/segments", "analytics:read", () => import("../pages/segments/SegmentList"), "SegmentList");
const segmentNew = page("/segments/new", "analytics:write", () => import("../pages/segments/SegmentEditor"), "NewSegment");
const segment = page("/segments/$id", "analytics:read", () => import("../pages/segments/SegmentPage"), "SegmentPage");
const segmentEdit = page("/segments/$id/edit", "analytics:write", () => import("../pages/segments/SegmentEditor"), "EditSegment");
const campaignList = page("/campaigns", "campaigns:read", () => import("../pages/campaigns/CampaignList"), "CampaignList");
const campaignNew = page("/campaigns/new", "campaigns:write", () => import("../pages/campaigns/CampaignEditor"), "NewCampaign");
const campaign = page("/campaigns/$id", "campaigns:read", () => import("../pages/campaigns/CampaignPage"), "CampaignPage");
const campaignEdit = page("/campaigns/$id/edit", "campaigns:write", () => import("../pages/campaigns/CampaignEditor"), "EditCampaign");
const insights = page("/insights", "analytics:read", () => import("../pages/insights/Insights"), "Insights");
const privacyDesk = page("/privacy", "privacy:read", () => import("../pages/privacy/PrivacyDesk"), "PrivacyDesk");
const erasure = page("/privacy/erasures/$id", "privacy:read", () => import("../pages/privacy/ErasurePage"), "ErasurePage");
const request = page("/privacy/requests/$id", "privacy:requests", () => import("../pages/privacy/RequestPage"), "RequestPage");
const settings = page("/settings", "campaigns:read", () => import("../pages/settings/Settings"), "Settings");
const operations = page("/operations", "operations", () => import("../pages/operations/Operations"), "Operations");
const publisher = page("/operations/publishers/$name", "operations", () => import("../pages/operations/PublisherPage"), "PublisherPage");
const deadLetter = page("/operations/dead-letters/$service/$id", "operations", () => import("../pages/operations/DeadLetterPage"), "DeadLetterPage");
const index = createRoute({ getParentRoute: () => root, path: "/index.html", beforeLoad: () => { throw redirect({ to: "/" }); } });

export const router = createRouter({
  routeTree: root.addChildren([
    shell.addChildren([
      home, customerList, duplicates, call, customer, caseList, caseOne, catalogue, product, importList, importPair, importNew, importOne, gallery, segmentList, segmentNew, segment, segmentEdit, campaignList, campaignNew,
      campaign, campaignEdit, insights, privacyDesk, erasure, request, settings, operations, publisher, deadLetter,
    ]),
    signIn,
    index,
  ]),
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
