import { Alert, createTheme, type CSSVariablesResolver } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "cyan",
  primaryShade: 9,
  defaultRadius: "md",
  fontFamily: "system-ui, 'Segoe UI', Roboto, 'Open Sans', 'DejaVu Sans', sans-serif",
  headings: { fontWeight: "650" },
  cursorType: "pointer",
  // In the alert's own colour a title stays below the contrast that readers need.
  components: { Alert: Alert.extend({ styles: { title: { color: "var(--mantine-color-text)" }, message: { color: "var(--mantine-color-text)" } } }) },
});

/** The console's own colours; and Mantine's dimmed text and placeholders, which stay below the contrast that readers need. */
export const colors: CSSVariablesResolver = () => ({
  // The shade below the primary one, to which Mantine goes under the pointer, is too light for white letters.
  variables: { "--mantine-primary-color-filled-hover": "#095c6b" },
  light: {
    "--mantine-color-dimmed": "#545b62",
    "--mantine-color-placeholder": "#646b72",
    "--mantine-color-error": "#c21f1f",
    "--mantine-color-anchor": "#0b6b7c",
    "--crm-page": "#f6f7f8",
    "--crm-all": "#9ad4df",
    "--crm-any": "#f0c36a",
    "--crm-not": "#e8a0a0",
    "--crm-decides": "#e9f6f8",
    "--crm-track": "#e9ecef",
    "--crm-line": "#dee2e6",
  },
  dark: {
    "--mantine-color-dimmed": "#adb4bb",
    "--mantine-color-placeholder": "#9aa1a8",
    "--mantine-color-error": "#ff9c9c",
    "--mantine-color-anchor": "#66d0e4",
    "--crm-page": "#161719",
    "--crm-all": "#1c6673",
    "--crm-any": "#7d5b12",
    "--crm-not": "#7c2f2f",
    "--crm-decides": "#17333a",
    "--crm-track": "#2b2f33",
    "--crm-line": "#3a3f44",
  },
});
