/** The way in: name and password, a one-time link (its token stands behind the #), or the firm's provider. */
import { Box, Button, Center, Divider, Group, Paper, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { ask } from "../api/clients";
import { asProblem } from "../api/problem";
import { ProblemNote } from "../components/ProblemNote";
import { sessionQuery } from "./session";
import { useTexts } from "./texts";

export function SignIn() {
  const { t } = useTexts();
  useDocumentTitle(`${t("sign-in.title")} · CRM`);
  const session = useQuery(sessionQuery);
  const enter = useEnter();
  const [fields, setFields] = useState({ name: "", password: "", code: "" });
  const ways = session.data?.ways;
  const wantsCode = fields.code !== "" || (enter.isError && asProblem(enter.error).slug === "code-wanted");

  const tried = useRef(false);
  useEffect(() => {
    const token = new URLSearchParams(location.hash.slice(1)).get("once");
    if (!token || tried.current) return;
    tried.current = true;
    history.replaceState(null, "", location.pathname + location.search);
    enter.mutate({ path: "/auth/once", body: { token } });
  }, [enter]);

  function submit(event: FormEvent) {
    event.preventDefault();
    enter.mutate({ path: "/auth/sign-in", body: fields });
  }
  function field(name: keyof typeof fields) {
    return { value: fields[name], onChange: (event: { currentTarget: HTMLInputElement }) => setFields({ ...fields, [name]: event.currentTarget.value }) };
  }
  return (
    <Center mih="100vh" p="md" component="main">
      <Paper withBorder p="xl" w={380} maw="100%" shadow="sm">
        <Stack>
          <Group gap="sm"><img src="/icon.svg" width={32} height={32} alt="" /><Title order={1} size="h3">{t("app.name")}</Title></Group>
          {enter.isError && <ProblemNote error={enter.error} />}
          {session.isError && <ProblemNote error={session.error} retry={() => void session.refetch()} />}
          {enter.isPending && <Text size="sm">{t("sign-in.once")}</Text>}
          {ways?.password && (
            <Box component="form" onSubmit={submit}>
              <Stack>
                <TextInput label={t("sign-in.name")} autoComplete="username" required {...field("name")} />
                <PasswordInput label={t("sign-in.password")} autoComplete="current-password" required {...field("password")}
                  visibilityToggleButtonProps={{ "aria-label": t("sign-in.show") }} />
                {wantsCode && <TextInput label={t("sign-in.code")} inputMode="numeric" autoComplete="one-time-code" autoFocus {...field("code")} />}
                <Button type="submit" loading={enter.isPending}>{t("sign-in.go")}</Button>
              </Stack>
            </Box>
          )}
          {ways?.provider && (
            <>
              {ways.password && <Divider />}
              <Button component="a" href="/auth/oidc" variant="default">{t("sign-in.with", { name: ways.provider })}</Button>
            </>
          )}
          {ways && !ways.password && !ways.provider && <Text size="sm">{t("sign-in.no-way")}</Text>}
        </Stack>
      </Paper>
    </Center>
  );
}

function useEnter() {
  const client = useQueryClient();
  const router = useRouter();
  const { to } = useSearch({ strict: false }) as { to?: string };
  return useMutation({
    mutationFn: ({ path, body }: { path: string; body: unknown }) => ask<void>(path, body),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["session"] });
      // Only to a page of ours: an address from elsewhere could lead anywhere.
      router.history.replace(to && /^\/(?!\/)/.test(to) ? to : "/");
    },
  });
}
