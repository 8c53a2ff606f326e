/** A table over a keyset list. However many rows an answer has, only some are drawn until more are asked for. */
import { Button, Group, Paper, Stack, Table, Text } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { useTexts } from "../app/texts";
import { Waiting } from "./Loaded";
import { ProblemNote } from "./ProblemNote";

export interface Column<T> {
  title: string;
  cell: (row: T) => ReactNode;
  number?: boolean;
}

interface Source<T> {
  items: T[] | undefined;
  more?: (() => void) | undefined;
  error?: unknown;
  refetch?: () => unknown;
  isFetchingNextPage?: boolean;
}

const DRAWN = 50;

export function Rows<T>({ label, source, columns, keyOf, empty, open }: {
  label: string;
  source: Source<T>;
  columns: Column<T>[];
  keyOf: (row: T) => string;
  empty: ReactNode;
  open?: (row: T) => void;
}) {
  const { t, number } = useTexts();
  const [drawn, setDrawn] = useState(DRAWN);
  const { items } = source;
  if (!items) return source.error ? <ProblemNote error={source.error} retry={() => void source.refetch?.()} /> : <Waiting />;
  if (items.length === 0) return <Empty>{empty}</Empty>;
  const hidden = items.length - drawn;
  function showMore() {
    if (hidden < DRAWN) source.more?.();
    setDrawn(drawn + DRAWN);
  }
  return (
    <Stack gap="xs" className="rows">
      <Table.ScrollContainer minWidth={columns.length > 3 ? 620 : 320} scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": label, role: "region" } }}>
        <Table highlightOnHover verticalSpacing="xs" aria-label={label}>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => <Table.Th key={column.title} className={column.number ? "number" : ""}>{column.title}</Table.Th>)}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.slice(0, drawn).map((row) => (
              <Table.Tr key={keyOf(row)} className={open ? "clickable" : ""} onClick={(event) => {
                if (open && !(event.target as Element).closest("a, button, input")) open(row);
              }}>
                {columns.map((column) => <Table.Td key={column.title} className={column.number ? "number" : ""}>{column.cell(row)}</Table.Td>)}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {(hidden > 0 || source.more) && (
        <Group justify="space-between" px="xs" pb="xs">
          <Text size="sm" c="dimmed">{t("list.shown", { count: number(Math.min(drawn, items.length)) })}</Text>
          <Button variant="default" size="xs" loading={source.isFetchingNextPage ?? false} onClick={showMore}>{t("list.more")}</Button>
        </Group>
      )}
    </Stack>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <Paper withBorder p="xl"><Text c="dimmed" ta="center" component="div">{children}</Text></Paper>;
}
