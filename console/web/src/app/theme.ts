import { createTheme, type CSSVariablesResolver } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "cyan",
  primaryShade: { light: 9, dark: 8 },
  defaultRadius: "md",
  fontFamily: "system-ui, 'Segoe UI', Roboto, 'Open Sans', 'DejaVu Sans', sans-serif",
  headings: { fontWeight: "650" },
  cursorType: "pointer",
});

/** Mantine's own dimmed text and placeholders stay below the contrast that readers need. */
export const contrast: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#545b62",
    "--mantine-color-placeholder": "#646b72",
    "--mantine-color-error": "#c21f1f",
    "--mantine-color-anchor": "#0b6b7c",
  },
  dark: {
    "--mantine-color-dimmed": "#adb4bb",
    "--mantine-color-placeholder": "#9aa1a8",
    "--mantine-color-error": "#ff9c9c",
    "--mantine-color-anchor": "#66d0e4",
  },
});
