/** The console's few line icons. They always stand beside a word, so readers of the screen skip them. */
const PATHS = {
  home: "M4 11.5 12 5l8 6.5V20h-5.5v-5h-5v5H4z",
  people: "M9 11a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 9 11zM3 19.5c0-3.2 2.6-5.3 6-5.3s6 2.1 6 5.3M16 5a3 3 0 0 1 0 5.8M17.5 14.6c2.1.6 3.5 2.3 3.5 4.9",
  file: "M7 3.5h7l4 4V20.5H7zM14 3.5v4h4M12.5 11v6M9.8 13.6l2.7-2.7 2.7 2.7",
  chat: "M4 5h16v11H10l-4.5 4v-4H4zM8 9.5h8M8 12.5h5",
  segment: "M12 4a8 8 0 1 0 8 8h-8zM15 3.6A8 8 0 0 1 20.4 9H15z",
  campaign: "M4 7h16v11H4zM4.5 7.5 12 13l7.5-5.5",
  box: "M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8",
  shield: "M12 4l7 2.5v5c0 4.3-2.8 7.2-7 8.5-4.2-1.3-7-4.2-7-8.5v-5zM9 12l2.2 2.2L15.2 10",
  pulse: "M3 12.5h4l2.5-7 4 13 2.5-6h5",
  chart: "M4 20V4M4 20h16M8 16v-4M12.5 16V8M17 16v-6",
  sliders: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20 20",
  plus: "M12 5v14M5 12h14",
  trash: "M5 7h14M10 7V5h4v2M7 7l1 13h8l1-13",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4",
  moon: "M19.5 14.5A8 8 0 1 1 9.5 4.5a6.5 6.5 0 0 0 10 10z",
  leave: "M14 5H6v14h8M10.5 12H20M16.5 8.5 20 12l-3.5 3.5",
  check: "M5 12.5 10 17.5 19.5 7",
  cross: "M6 6l12 12M18 6 6 18",
  copy: "M9 9h10v10H9zM5 15V5h10",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={1.7}
      strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
