import { textWidth } from "../model/text-width.ts";

/** Takes the place of string-width in yargs (`yargs.ts`). */
export default function pageWidth(text: string): number {
  return textWidth(text);
}
