/** Where somebody is on a way of several steps. */
import { useTexts } from "../app/texts";

export function Steps({ label, names, at }: { label: string; names: string[]; at: number }) {
  const { t } = useTexts();
  return (
    <ol className="steps" aria-label={label}>
      {names.map((name, index) => (
        <li key={name} className={index < at ? "step step-done" : index === at ? "step step-here" : "step"} aria-current={index === at ? "step" : undefined}>
          <span className="step-number" aria-hidden="true">{index < at ? "✓" : index + 1}</span>
          {name}{index < at && <span className="unseen"> {t("steps.done")}</span>}
        </li>
      ))}
    </ol>
  );
}
