// @module-tag system
import { describe, expect, it } from "vitest";
import { Random } from "../../src/model/random/random.ts";
import { assayProcess } from "../cli/assay.ts";
import { makeBench } from "../cli/bench.ts";
import {
  type Aftermath,
  disturb,
  lookAfter,
  MOMENTS,
  plantForeign,
  SIGNAL_FAULTS,
} from "./process-faults.ts";

/** Faults of each kind; the long form (`ASSAY_FAULTS=60`) counts hundreds. */
const FAULTS = Number(process.env.ASSAY_FAULTS ?? 2);
const seed = Number(process.env.ASSAY_SEED ?? Math.floor(Date.now() / 86_400_000));
/** Up to this long after a moment. */
const EXTRA_MS = 200;
/** Exit codes of a disturbed run: success, interrupted, host failure. */
const CODES = [0, 3, 130];

const long = { timeout: 60_000 + FAULTS * 60_000 };

describe.each(Object.entries(SIGNAL_FAULTS))("%s at a random moment of a run", (name, signals) => {
  it("loses nothing, harms nothing and leaves nothing unsaid", long, async () => {
    const random = new Random(seed, name.length * 31 + signals.length);
    const seen: (Aftermath & { readonly at: string })[] = [];
    for (let i = 0; i < FAULTS; i++) {
      const moment = MOMENTS[Math.floor(random.unit() * MOMENTS.length)] ?? "start";
      const extraMs = random.unit() * EXTRA_MS;
      const after = await disturb(makeBench("memory"), signals, moment, extraMs);
      seen.push({ ...after, at: `${moment} + ${Math.round(extraMs)} ms` });
    }
    const failed = seen.filter(({ wrong }) => wrong.length > 0);
    process.stderr.write(`faults: ${name}: ${seen.length} tried, ${failed.length} failed\n`);
    expect(failed).toEqual([]);
    // A kill, and a signal before assay listens, end the process without a code.
    const odd = seen.filter(({ code, signal }) => signal === null && !CODES.includes(code ?? -1));
    expect(odd).toEqual([]);
  });
});

describe("limits of the process", () => {
  const LIMITS = [
    "-n 21",
    "-n 22",
    "-n 23",
    "-n 26",
    "-n 32",
    "-n 40",
    "-n 64",
    "-n 100",
    "-u 1",
    "-v 4000000",
  ];
  it.for(LIMITS)(
    "`ulimit %s`: runs, or ends with the limit's name",
    long,
    async (ulimit, { skip }) => {
      const bench = makeBench("memory");
      const foreign = plantForeign(bench);
      const args = ["run", "smoke", "-t", bench.target, "--set", "duration=50ms", "-q"];
      const { code, signal, stderr } = await assayProcess(args, { cwd: bench.cwd, ulimit });
      // Node opens assay's own first file; where it cannot, assay never ran.
      if (/open '[^']*bin\/assay\.mjs'/.test(stderr)) return skip();
      const wrong = await lookAfter(bench, foreign);
      expect({ wrong, ulimit }).toEqual({ wrong: [], ulimit });
      expect(stderr).not.toMatch(/internal error of assay| {4}at /);
      // Node itself may give up (133, 134) before assay can.
      if (signal === null) expect([0, 3, 99, 133, 134]).toContain(code);
    },
  );
});
