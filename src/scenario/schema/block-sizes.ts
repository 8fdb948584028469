import type { BlockShare, PhasePlan } from "../../model/plan/plan.ts";
import { parseBytes, UNIT_PATTERNS } from "../../model/units.ts";
import { field, numeric, type Parsed } from "../../yaml/fields.ts";

const EXAMPLE = "`{ 4KiB: 70, 64KiB: 30 }`";

/** The `blockSize` of a phase: one size, or a mapping of sizes to weights. */
export const BlockSizeSchema = field(
  {
    description:
      "Bytes of one read or write; of whole files, of one system call. A mix of sizes is written " +
      "as sizes and weights, { 4KiB: 70, 64KiB: 30 }; each must divide the largest.",
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
  return { problem: `\`${String(input)}\` is too little, expected at least \`1B\`` };
}

function readMix(input: object): Parsed<readonly BlockShare[]> {
  const mix: BlockShare[] = [];
  for (const [text, written] of Object.entries(input)) {
    const size = parseBytes(text);
    if ("problem" in size) return size;
    if (size.value < 1) return { problem: `\`${text}\` is too little, expected at least \`1B\`` };
    const weight = numeric(written);
    if (weight === null || weight <= 0) {
      return { problem: `\`${text}\` has no weight above 0, expected such as ${EXAMPLE}` };
    }
    if (mix.some(({ bytes }) => bytes === size.value)) {
      return { problem: `\`${text}\` is there twice, expected each size once` };
    }
    mix.push({ bytes: size.value, weight });
  }
  if (mix.length < 2)
    return { problem: `expected at least two sizes in a mix, such as ${EXAMPLE}` };
  mix.sort((a, b) => a.bytes - b.bytes);
  const largest = mix.at(-1)?.bytes ?? 0;
  const odd = mix.find(({ bytes }) => largest % bytes !== 0);
  if (odd === undefined) return { value: mix };
  const rule = "expected sizes that divide the largest, so that each lies aligned inside it";
  return { problem: `${odd.bytes} B does not divide ${largest} B, ${rule}` };
}

/** The block sizes of a phase: the largest, and the mix where there is one. */
export function planBlocks(
  size: number | readonly BlockShare[],
): Pick<PhasePlan, "blockBytes" | "blockMix"> {
  if (typeof size === "number") return { blockBytes: size, blockMix: [] };
  return { blockBytes: size.at(-1)?.bytes ?? 0, blockMix: size };
}
