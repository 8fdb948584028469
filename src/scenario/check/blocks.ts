import { BLOCKS } from "../../model/plan/operation.ts";
import type { Mistake, Subject } from "./subject.ts";

/** Smallest unit in bytes of which O_DIRECT requires offsets and lengths to be multiples. */
const SECTOR_BYTES = 512;

/** Direct I/O requires whole sectors: every size of a block mix must be a multiple of one. */
export function alignsBlocks({ phase }: Subject): Mistake | null {
  if (phase.cache !== "direct") return null;
  const sizes = [phase.blockBytes, ...phase.blockMix.map(({ bytes }) => bytes)];
  const odd = sizes.find((bytes) => bytes % SECTOR_BYTES !== 0);
  if (odd === undefined) return null;
  const message = `\`cache: direct\` requires a multiple of ${SECTOR_BYTES} B, got ${odd} B`;
  return { field: "blockSize", message };
}

/** Operations on whole files and samples have no block size to draw. */
export function mixesBlockSizes({ operations, phase }: Subject): Mistake | null {
  if (phase.blockMix.length === 0 || operations.length === 0) return null;
  const other = operations.find((operation) => !BLOCKS.has(operation));
  if (other === undefined && phase.access !== "samples") return null;
  const what = other === undefined ? "`samples`" : `\`${other}\``;
  const message = `a mix of block sizes does not apply to ${what}; expected a single size`;
  return { field: "blockSize", message };
}

/** A stride leads from the start of one block to the start of another. */
export function stridesWholeBlocks({ operations, phase }: Subject): Mistake | null {
  if (phase.access !== "strided" || !operations.every((one) => BLOCKS.has(one))) return null;
  const { blockBytes, accessParameters } = phase;
  const { strideBytes } = accessParameters;
  if (strideBytes === 0) {
    const message =
      "`strided` requires a stride; expected e.g. `access: { strided: { stride: 1MiB } }`";
    return { field: "access", message };
  }
  if (strideBytes % blockBytes === 0) return null;
  const block = `the block size of ${blockBytes} B`;
  const message = `a stride of ${strideBytes} B is not a multiple of ${block}`;
  return { field: "access", message };
}

/** A polling ring completes direct block I/O only: no syncs and no buffered operations. */
export function pollsDirectly({ operations, phase }: Subject): Mistake | null {
  if (phase.polling === "none") return null;
  const other = operations.find((operation) => !BLOCKS.has(operation));
  if (other !== undefined) {
    const message = `\`polling\` requires block operations (\`read\`, \`write\`), got \`${other}\``;
    return { field: "polling", message };
  }
  if (phase.polling !== "completion") return null;
  const message = "`polling: completion` requires ";
  if (phase.cache !== "direct") {
    return { field: "polling", message: `${message}\`cache: direct\`` };
  }
  return phase.sync === null
    ? null
    : { field: "polling", message: `${message}a phase without \`sync\`` };
}

/** Only block operations visit regions; whole files are always divided among the workers. */
export function sharesBlocksOnly({ operations, phase }: Subject): Mistake | null {
  if (phase.accessParameters.region !== "shared") return null;
  const other = operations.find((operation) => !BLOCKS.has(operation));
  if (other === undefined) return null;
  const message = `\`region\` requires block operations (\`read\`, \`write\`), got \`${other}\``;
  return { field: "access", message };
}
