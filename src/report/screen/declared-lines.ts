import type { Run } from "../../model/run/run.ts";
import { declaredAfterText } from "../parts/declared.ts";
import { type ScreenLine, screenLine } from "./screen.ts";

/** The facts that were declared after runs, as a line; none if there are none. */
export function declaredLines(
  runs: readonly Pick<Run, "target" | "declaredAfter" | "storage">[],
): readonly ScreenLine[] {
  const declared = declaredAfterText(runs);
  return declared === null ? [] : [screenLine("Declared", `After the run: ${declared}.`)];
}
