import { stretchOf } from "../../model/plan/part.ts";
import type { SourceTask } from "./source.ts";

/** Number of items in a walk, and the item at each position of it. */
export interface Share {
  readonly length: number;
  readonly item: (position: number) => number;
}

/** Share of every `workers`-th item. */
export function spread(count: number, { worker, workers }: SourceTask): Share {
  const length = Math.max(0, Math.ceil((count - worker) / workers));
  return { length, item: (position) => position * workers + worker };
}

/** Share of consecutive items; the first workers get one more if the division has a rest. */
export function stretch(
  count: number,
  { worker, workers }: Pick<SourceTask, "worker" | "workers">,
): Share {
  const { from, length } = stretchOf(count, worker, workers);
  return { length, item: (position) => from + position };
}

/**
 * The same files in an order in which `depth` consecutive ones are in as many directories, as far
 * as the share has them: `depth` directories are walked at the same time, a file of each in turn,
 * then the next ones. Within a directory, the order stays.
 */
export function dealt(share: Share, filesPerDirectory: number, depth: number): Share {
  const { length } = share;
  const lanes = Math.min(depth, Math.ceil(length / filesPerDirectory));
  if (lanes <= 1) return share;
  const groupFiles = lanes * filesPerDirectory;
  return {
    length,
    item: (position) => {
      const from = position - (position % groupFiles);
      return share.item(
        from + dealtPlace(position - from, length - from, lanes, filesPerDirectory),
      );
    },
  };
}

/** Place in a group of up to `lanes` directories; `files`: number of files from its start on. */
function dealtPlace(position: number, files: number, lanes: number, each: number): number {
  const own = Math.min(lanes, Math.ceil(files / each));
  // The last directory of the last group may have fewer files, and leaves the turns then.
  const rest = Math.min(each, files - (own - 1) * each);
  const isEven = position < own * rest;
  const turns = isEven ? own : own - 1;
  const at = isEven ? position : position - own * rest;
  return (at % turns) * each + Math.floor(at / turns) + (isEven ? 0 : rest);
}
