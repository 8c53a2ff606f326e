/** A place to drop a file on, with a button for those who choose it. */
import { Button, FileButton, Paper, Stack, Text } from "@mantine/core";
import { useState, type DragEvent, type ReactNode } from "react";

export function FileDrop({ label, hint, accept, busy, take }: {
  label: string;
  hint: ReactNode;
  accept: string;
  busy?: boolean;
  take: (file: File) => void;
}) {
  const [over, setOver] = useState(false);
  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file && !busy) take(file);
  }
  return (
    <Paper p="xl" className={over ? "drop drop-over" : "drop"} data-testid="drop"
      onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={drop}>
      <Stack align="center" gap="sm">
        <FileButton accept={accept} onChange={(file) => file && take(file)}>
          {(props) => <Button {...props} loading={busy ?? false}>{label}</Button>}
        </FileButton>
        <Text size="sm" c="dimmed" ta="center" component="div">{hint}</Text>
      </Stack>
    </Paper>
  );
}
