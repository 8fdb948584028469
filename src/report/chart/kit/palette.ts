/** Colors by meaning, for light and dark pages. A test holds the contrast of each on its ground. */

import type { Hue } from "../../parts/figure.ts";

/** Names of all colors of a page. */
export type Color = Hue | "grid" | "band" | "good" | "bad" | "ground" | "card";

export type Palette = Readonly<Record<Color, string>>;

export const LIGHT: Palette = {
  rate: "#0063a8",
  latency: "#b84a00",
  third: "#007a5a",
  fourth: "#8a4a86",
  ink: "#1b1f24",
  muted: "#5a6370",
  grid: "#dfe3e8",
  band: "#f3d9b1",
  good: "#00695c",
  bad: "#b3261e",
  ground: "#ffffff",
  card: "#f6f8fa",
};

export const DARK: Palette = {
  rate: "#6cb6ff",
  latency: "#ff9e57",
  third: "#4cd2a6",
  fourth: "#d6a0d3",
  ink: "#e6edf3",
  muted: "#a3adb8",
  grid: "#333b45",
  band: "#5a4523",
  good: "#4cd2a6",
  bad: "#ff8a80",
  ground: "#0d1117",
  card: "#161b22",
};

/** Colors in their order, for style sheets. */
export const COLORS = Object.keys(LIGHT).filter((name): name is Color => name in LIGHT);
