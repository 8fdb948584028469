import { packCell } from "../../run/hosts/cell.ts";
import { seriesOf } from "../../run/phase/series.ts";
import type { PhaseControl } from "../../run/phase/start.ts";
import type { PhaseLink } from "../../run/setup.ts";
import type { Json } from "../channel.ts";
import { PHASE, type PhaseParams, parsed } from "../run-calls.ts";
import type { CallContext } from "../serve.ts";
import { toJson } from "../to-json.ts";

/** Time between two messages with intervals. */
const EVERY_MS = 1000;

/** Connects a phase with the other hosts by a call; `measured`: facts for its result. */
export function linkOf(params: PhaseParams, call: CallContext) {
  const { part, arrivals, intervalNs, perRate } = params;
  const start = Promise.withResolvers<bigint | null>();
  let control: PhaseControl | null = null;
  call.onNote((value) => {
    const note = parsed(PHASE.note, value, "the coordinator");
    if (note.kind === "start") start.resolve(BigInt(note.atNs));
    else control?.endAt(note.fromStartNs);
  });
  call.signal.addEventListener("abort", () => start.resolve(null), { once: true });
  const cells = new CellOutbox(call);
  let facts = { firstIssueNs: null as number | null, hash: "" };
  const link: PhaseLink = {
    part,
    arrivals,
    intervals: { intervalNs, perRate },
    instant(setup) {
      const { totalBytes, count } = setup.dataset;
      const dataset = { totalBytes, count };
      call.event({ kind: "ready", series: toJson(seriesOf(setup)), dataset });
      return start.promise;
    },
    interval: (interval) => cells.add(toJson(packCell(interval))),
    sample: (sample) => call.event({ kind: "sample", sample: { ...sample } }),
    onControl: (given) => {
      control = given;
    },
    measured(measurement) {
      cells.send();
      facts = {
        firstIssueNs: measurement.firstIssueNs,
        hash: measurement.wholeHash(),
      };
    },
  };
  return { link, measured: () => facts };
}

/** Sends packed intervals, at most one message per second. */
class CellOutbox {
  private readonly call: CallContext;
  private cells: Json[] = [];
  private sentMs = 0;

  constructor(call: CallContext) {
    this.call = call;
  }

  add(cell: Json): void {
    this.cells.push(cell);
    if (performance.now() - this.sentMs >= EVERY_MS) this.send();
  }

  /** Sends the collected intervals. */
  send(): void {
    if (this.cells.length === 0) return;
    this.sentMs = performance.now();
    this.call.event({ kind: "cells", cells: this.cells });
    this.cells = [];
  }
}
