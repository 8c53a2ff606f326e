/** A refusal in the API's own words, or that nothing answered; with a way to try again. */
import { Alert, Button, List, Stack, Text } from "@mantine/core";
import { asProblem, type Problem } from "../api/problem";
import { useTexts } from "../app/texts";

export function ProblemNote({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTexts();
  const problem = asProblem(error);
  return (
    <Alert color={problem.status === 403 ? "yellow" : "red"} title={titleOf(problem, t("problem.no-answer"))} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm" className="breakable">{problem.detail}</Text>
        {problem.cure && <Text size="sm">{problem.cure}</Text>}
        {problem.faults.length > 1 && (
          <List size="sm">
            {problem.faults.slice(0, 8).map((fault, index) => (
              <List.Item key={index}>
                <span className="mono">{fault.where}</span> {fault.what}{fault.cure && `: ${fault.cure}`}
              </List.Item>
            ))}
          </List>
        )}
        {retry && <Button size="xs" variant="default" onClick={retry}>{t("action.retry")}</Button>}
      </Stack>
    </Alert>
  );
}

function titleOf(problem: Problem, noAnswer: string): string {
  return problem.status === 0 ? noAnswer : `${problem.title} (${problem.status})`;
}
