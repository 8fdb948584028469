import type { BlockShare, PhasePlan } from "../../model/plan/plan.ts";
import { parseBytes, UNIT_PATTERNS } from "../../model/units.ts";
import { field, gotText, numeric, type Parsed } from "../../yaml/fields.ts";

const EXAMPLE = "`{ 4KiB: 70, 64KiB: 30 }`";

/** The `blockSize` field of a phase: one size, or a mapping of sizes to weights. */
export const BlockSizeSchema = field(
  {
    description:
      "Bytes per read or write; for whole files, bytes per system call. A mix is a mapping of " +
      "sizes to weights, `{ 4KiB: 70, 64KiB: 30 }`; each size must divide the largest. " +
      "Default: 4KiB for random blocks, 256KiB for `stream`, otherwise 1MiB.",
    examples: ["16KiB"],
    anyOf: [
      { type: "string", pattern: `${UNIT_PATTERNS.bytes}|\\$\\{` },
      {
        type: "object",
        minProperties: 2,
        propertyNames: { pattern: UNIT_PATTERNS.bytes },
        additionalProperties: {
          anyOf: [
            { type: "number", exclusiveMinimum: 0 },
            { type: "string", pattern: "\\$\\{" },
          ],
        },
      },
    ],
  },
  readBlockSize,
);

function readBlockSize(input: unknown): Parsed<number | readonly BlockShare[]> {
  if (typeof input === "object" && input !== null) return readMix(input);
  const parsed = parseBytes(input);
  if ("problem" in parsed || parsed.value >= 1) return parsed;
  return { problem: `expected at least \`1B\`${gotText(input)}` };
}

function readMix(input: object): Parsed<readonly BlockShare[]> {
  const mix: BlockShare[] = [];
  for (const [text, written] of Object.entries(input)) {
    const size = parseBytes(text);
    if ("problem" in size) return size;
    if (size.value < 1) return { problem: `expected at least \`1B\`, got \`${text}\`` };
    const weight = numeric(written);
    if (weight === null || weight <= 0) {
      return { problem: `\`${text}\` needs a weight above 0; expected a mix such as ${EXAMPLE}` };
    }
    if (mix.some(({ bytes }) => bytes === size.value)) {
      return { problem: `duplicate size \`${text}\`; expected each size once` };
    }
    mix.push({ bytes: size.value, weight });
  }
  if (mix.length < 2) return { problem: `expected at least two sizes in a mix such as ${EXAMPLE}` };
  mix.sort((a, b) => a.bytes - b.bytes);
  const largest = mix.at(-1)?.bytes ?? 0;
  const odd = mix.find(({ bytes }) => largest % bytes !== 0);
  if (odd === undefined) return { value: mix };
  const rule = "expected sizes that divide the largest, so that all blocks are aligned";
  return { problem: `${odd.bytes} B does not divide ${largest} B; ${rule}` };
}

/** The largest block size of a phase, and its mix; the mix is empty if there is one size. */
export function planBlocks(
  size: number | readonly BlockShare[],
): Pick<PhasePlan, "blockBytes" | "blockMix"> {
  if (typeof size === "number") return { blockBytes: size, blockMix: [] };
  return { blockBytes: size.at(-1)?.bytes ?? 0, blockMix: size };
}
