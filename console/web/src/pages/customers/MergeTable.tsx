/** Two customers side by side, and what merging them would come to. */
import { Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { customers, read } from "../../api/clients";
import { useTexts } from "../../app/texts";
import { CustomerName } from "../../components/CustomerName";
import { Loaded } from "../../components/Loaded";

export function MergeTable({ survivor, absorbed }: { survivor: string; absorbed: string }) {
  const { t } = useTexts();
  const trial = useQuery({
    queryKey: ["candidates", "trial", survivor, absorbed],
    queryFn: () => read(customers.POST("/merges", { body: { survivor, absorbed, dry_run: true } })),
  });
  return (
    <>
      <Loaded query={trial}>
        {(found) => (
          <Table.ScrollContainer minWidth={480}>
            <Table>
              <Table.Thead><Table.Tr><Table.Th /><Table.Th><CustomerName id={survivor} /></Table.Th><Table.Th><CustomerName id={absorbed} /></Table.Th><Table.Th>{t("duplicates.result")}</Table.Th></Table.Tr></Table.Thead>
              <Table.Tbody>
                {found.fields.map((field) => (
                  <Table.Tr key={field.name}>
                    <Table.Td>{field.name}</Table.Td>
                    {[field.survivor_value, field.absorbed_value, field.value].map((value, index) => <Table.Td key={index}>{value === null ? "–" : String(value)}</Table.Td>)}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Loaded>
      <Text size="sm" c="dimmed">{t("duplicates.keeps")}</Text>
    </>
  );
}
