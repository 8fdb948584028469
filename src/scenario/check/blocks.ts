import { BLOCKS } from "../../model/plan/operation.ts";
import type { Mistake, Subject } from "./subject.ts";

/** Bytes that O_DIRECT wants offsets and lengths to be multiples of, at the least. */
const SECTOR_BYTES = 512;

/** Direct I/O takes whole sectors: every size of a mix must be a number of them. */
export function alignsBlocks({ phase }: Subject): Mistake | null {
  if (phase.cache !== "direct") return null;
  const sizes = [phase.blockBytes, ...phase.blockMix.map(({ bytes }) => bytes)];
  const odd = sizes.find((bytes) => bytes % SECTOR_BYTES !== 0);
  if (odd === undefined) return null;
  const sectors = `a multiple of ${SECTOR_BYTES} B, as \`cache: direct\` needs`;
  return { field: "blockSize", message: `${odd} B is not ${sectors}` };
}

/** Whole files and samples are as large as they are. */
export function mixesBlockSizes({ operations, phase }: Subject): Mistake | null {
  if (phase.blockMix.length === 0 || operations.length === 0) return null;
  const other = operations.find((operation) => !BLOCKS.has(operation));
  if (other === undefined && phase.access !== "samples") return null;
  const what = other === undefined ? "`samples`" : `\`${other}\``;
  const message = `${what} moves no blocks to draw a size for, expected one size`;
  return { field: "blockSize", message };
}

/** A stride leads from the start of one block to that of another. */
export function stridesWholeBlocks({ operations, phase }: Subject): Mistake | null {
  if (phase.access !== "strided" || !operations.every((one) => BLOCKS.has(one))) return null;
  const { blockBytes, accessParameters } = phase;
  const { strideBytes } = accessParameters;
  if (strideBytes === 0) {
    const message =
      "`strided` needs its stride, expected such as `access: { strided: { stride: 1MiB } }`";
    return { field: "access", message };
  }
  if (strideBytes % blockBytes === 0) return null;
  const message = `a stride of ${strideBytes} B is no whole number of blocks of ${blockBytes} B`;
  return { field: "access", message };
}

/** A ring that polls its device takes nothing else: no syncs, and nothing from the page cache. */
export function pollsDirectly({ operations, phase }: Subject): Mistake | null {
  if (phase.polling === "none") return null;
  const other = operations.find((operation) => !BLOCKS.has(operation));
  if (other !== undefined) {
    const message = `\`polling\` is of blocks in a ring of io_uring, and \`${other}\` is no block`;
    return { field: "polling", message };
  }
  if (phase.polling !== "completion") return null;
  const message = "`completion` polls the device itself, expected ";
  if (phase.cache !== "direct") {
    return { field: "polling", message: `${message}\`cache: direct\` with it` };
  }
  return phase.sync === null ? null : { field: "polling", message: `${message}no \`sync\`` };
}

/** Whole files are shared out among the workers in any case. */
export function sharesBlocksOnly({ operations, phase }: Subject): Mistake | null {
  if (phase.accessParameters.region !== "shared") return null;
  const other = operations.find((operation) => !BLOCKS.has(operation));
  if (other === undefined) return null;
  const message = `\`region\` is where blocks are visited, and \`${other}\` visits whole files`;
  return { field: "access", message };
}
