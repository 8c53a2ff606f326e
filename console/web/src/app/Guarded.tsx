/** What stands in the place of a page that may not, cannot or does not exist. */
import { Alert } from "@mantine/core";
import type { ReactNode } from "react";
import { ProblemNote } from "../components/ProblemNote";
import { useCan } from "./session";
import { useTexts } from "./texts";

export function Guarded({ scope, children }: { scope: string | null; children: ReactNode }) {
  const { t } = useTexts();
  const can = useCan();
  return scope === null || can(scope) ? children : <Alert color="yellow" role="alert">{t("problem.not-allowed")}</Alert>;
}

export function Failed({ error, reset }: { error: unknown; reset: () => void }) {
  return <ProblemNote error={error} retry={reset} />;
}

export function NoPage() {
  const { t } = useTexts();
  return <Alert color="yellow" role="alert">{t("problem.no-page")}</Alert>;
}
