import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./app/app.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { asProblem } from "./api/problem";
import { TextsProvider } from "./app/texts";
import { colors, theme } from "./app/theme";
import { router } from "./app/router";

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
// Where react-remove-scroll, which Mantine's dialogs use, looks for it.
(globalThis as Record<string, unknown>).__webpack_nonce__ = nonce;

const client = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      // The session ended elsewhere: ask who is signed in, and the shell shows the sign-in.
      if (asProblem(error).slug === "not-signed-in") void client.invalidateQueries({ queryKey: ["session"] });
    },
  }),
  defaultOptions: { queries: { retry: (tried, error) => asProblem(error).status === 503 && tried < 2, staleTime: 2_000 } },
});

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={colors} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <TextsProvider>
        <QueryClientProvider client={client}>
          <Notifications position="top-right" />
          <RouterProvider router={router} />
        </QueryClientProvider>
      </TextsProvider>
    </MantineProvider>
  </StrictMode>,
);
