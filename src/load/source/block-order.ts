import type { AccessParameters, AccessPattern } from "../../model/plan/plan.ts";
import { NumberedRandom } from "../../model/random/numbered-random.ts";
import { Permutation } from "./permutation.ts";
import { ZipfRanks } from "./zipf.ts";

/** Which blocks a worker visits, one after the other. */
export interface BlockOrder {
  /** Blocks of one epoch: the worker's share of the dataset. */
  readonly share: number;
  /** Each block of the share once an epoch, rather than any of the dataset's again and again. */
  readonly once: boolean;
  /** The block of visit `number`; numbers never fall from one call to the next. */
  at(number: number): number;
}

/** What an order is made from. */
export interface OrderTask {
  readonly access: AccessPattern;
  readonly parameters: AccessParameters;
  /** Blocks in the dataset. */
  readonly total: number;
  /** Blocks from one strided visit to the next. */
  readonly strideBlocks: number;
  readonly worker: number;
  readonly workers: number;
  readonly seed: number;
}

/** The place of visit `position` among `size` blocks. */
type Route = (position: number, size: number) => number;

const POSITION_STREAM = 0x706f73;
const SPOT_STREAM = 0x73706f74;
const EPOCH_STREAM = 0x65706f;

/** Hot blocks are the same ones for every worker, phase, repetition and seed. */
const SCATTER_SEED = 0x5ca77e4;

/** Ranks whose block is kept: with theta 0.99, four of five draws from a GiB of 4 KiB blocks. */
const RANKS_KEPT = 16_384;

/** The order of an access pattern over blocks, for one worker. */
export function blockOrder(task: OrderTask): BlockOrder {
  switch (task.access) {
    case "zipf":
      return drawn(task, zipf(task));
    case "hotspot":
      return drawn(task, hotspot(task));
    case "permutation":
      return permuted(task);
    case "sequential":
      return walked(task, (position) => position);
    case "reverse":
      return walked(task, (position, size) => size - 1 - position);
    case "strided":
      return walked(task, strided(task.strideBlocks));
    default: {
      const random = new NumberedRandom(task.seed, POSITION_STREAM + task.worker);
      return drawn(task, (number) => random.below(number, task.total));
    }
  }
}

/** Any block, again and again; an epoch has as many visits as the worker's share has blocks. */
function drawn({ total, worker, workers }: OrderTask, at: BlockOrder["at"]): BlockOrder {
  const { from, to } = stretch(total, worker, workers);
  return { share: to - from, once: false, at };
}

/**
 * Hot blocks are scattered: ranks go through a fixed permutation of the blocks, so that neither
 * read-ahead nor a neighbour's page serves one hot block along with another.
 */
function zipf({ total, parameters, seed, worker }: OrderTask): BlockOrder["at"] {
  const ranks = new ZipfRanks(total, parameters.theta, seed, worker);
  const scatter = new Permutation(total, SCATTER_SEED, 0);
  const kept = Float64Array.from({ length: Math.min(total, RANKS_KEPT) }, (_, i) => scatter.at(i));
  return (number) => {
    const rank = ranks.rank(number);
    return rank < kept.length ? (kept[rank] ?? 0) : scatter.at(rank);
  };
}

/** A share of the operations goes to the first blocks, the rest to all others. */
function hotspot({ total, parameters, seed, worker }: OrderTask): BlockOrder["at"] {
  const position = new NumberedRandom(seed, POSITION_STREAM + worker);
  const spot = new NumberedRandom(seed, SPOT_STREAM + worker);
  // At least one block on either side, where there are two.
  const hot = Math.min(Math.max(1, Math.round(total * parameters.hotDataShare)), total - 1);
  const cold = total - hot;
  const bound = parameters.hotOperationsShare * 4294967296;
  return (number) =>
    spot.uint32(number) < bound && hot > 0
      ? position.below(number, hot)
      : hot + position.below(number, cold);
}

/** Every block once an epoch over all workers, in an order that each epoch shuffles anew. */
function permuted({ total, worker, workers, seed }: OrderTask): BlockOrder {
  const share = Math.max(0, Math.ceil((total - worker) / workers));
  const order = new Permutation(total, seed, EPOCH_STREAM);
  const turn = epochsOf(share);
  let epoch = 0;
  return {
    share,
    once: true,
    at(number) {
      const position = turn.position(number);
      if (turn.epoch !== epoch) {
        epoch = turn.epoch;
        order.shuffle(seed, EPOCH_STREAM + epoch);
      }
      return order.at(worker + position * workers);
    },
  };
}

/** Each block of the worker's stretch once an epoch, or its turns in a walk that all share. */
function walked({ total, worker, workers, parameters }: OrderTask, route: Route): BlockOrder {
  if (parameters.region === "shared") {
    const share = Math.max(0, Math.ceil((total - worker) / workers));
    const turn = epochsOf(share);
    return {
      share,
      once: true,
      at: (number) => route(worker + turn.position(number) * workers, total),
    };
  }
  const { from, to } = stretch(total, worker, workers);
  const share = to - from;
  const turn = epochsOf(share);
  return { share, once: true, at: (number) => from + route(turn.position(number), share) };
}

/**
 * Every `stride`-th block to the end, then again from one block further in, until all were visited:
 * down the columns of a table that lies in the file row by row.
 */
function strided(stride: number): Route {
  return (position, size) => {
    const rows = Math.floor(size / stride);
    const longer = size - rows * stride;
    const inLonger = longer * (rows + 1);
    if (position < inLonger) {
      const column = Math.floor(position / (rows + 1));
      return (position - column * (rows + 1)) * stride + column;
    }
    const rest = position - inLonger;
    const column = Math.floor(rest / rows);
    return (rest - column * rows) * stride + longer + column;
  };
}

/** The worker's part where stretches of the dataset are shared out. */
function stretch(total: number, worker: number, workers: number) {
  return {
    from: Math.floor((total * worker) / workers),
    to: Math.floor((total * (worker + 1)) / workers),
  };
}

/** Visit numbers as epoch and position in it, without a division. */
function epochsOf(share: number) {
  let start = 0;
  return {
    epoch: 0,
    position(number: number): number {
      while (share > 0 && number - start >= share) {
        start += share;
        this.epoch++;
      }
      return number - start;
    },
  };
}
