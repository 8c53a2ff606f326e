/** A button whose act is asked about first, with what will happen; or with fields that have to be filled before. */
import { Button, Group, Modal, Stack, Text, type ButtonProps } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { UseMutationResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTexts } from "../app/texts";
import { ProblemNote } from "./ProblemNote";

export function Confirm({ label, title, what, act, ready = true, ...button }: ButtonProps & {
  label: string;
  title: string;
  what: ReactNode;
  act: UseMutationResult<unknown, Error, void>;
  /** False while something is still to be filled in. */
  ready?: boolean;
}) {
  const { t } = useTexts();
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button {...button} onClick={() => { act.reset(); open(); }}>{label}</Button>
      <Modal opened={opened} onClose={close} title={title} closeButtonProps={{ "aria-label": t("action.close") }} centered>
        <Stack>
          <Text size="sm" component="div">{what}</Text>
          {act.isError && <ProblemNote error={act.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{t("action.cancel")}</Button>
            <Button color={button.color} disabled={!ready} loading={act.isPending} onClick={() => act.mutate(undefined, { onSuccess: close })}>{label}</Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
