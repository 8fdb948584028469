import type { Argv } from "yargs";
import { EXIT, messageOf } from "../../model/fault/errors.ts";
import { type Command, flag } from "../command.ts";
import { logTo } from "./minio.ts";

/** `assay demo`: workloads and verdicts on storage that any host has. */
export const DEMO: Command = {
  usage: "demo",
  summary: "show what assay does in a minute, on a directory, an S3 server and a volume",
  endsItself: true,
  examples: [
    ["$0 demo", "Compare a directory with an S3 server, and test what a volume promises"],
    ["$0 demo --minio", "Use MinIO, and build it with Go if it is missing (three minutes, once)"],
    ["$0 demo --full", "Run ten workloads of the guide and print the whole report"],
  ],
  options: (parser: Argv) => {
    const group = "Demo:";
    return parser
      .option("full", {
        type: "boolean",
        group,
        describe: "run ten workloads and print the report on the guide (about four minutes)",
      })
      .option("minio", {
        type: "boolean",
        group,
        describe: "use MinIO as the S3 server, and build it with Go if it is missing",
      });
  },
  async run(parsed, { console, env, interrupt }) {
    // The terminal's signals reach the runs too; this command waits for their cleanup.
    const { catchSignals, signalCode } = await import("../../testbed/foreground/signals.ts");
    const signals = catchSignals();
    interrupt.release();
    const { signal } = signals;
    const { openPlaces } = await import("./demo-places.ts");
    const { runSteps } = await import("./demo-runs.ts");
    const { fullReport, shortReport } = await import("./demo-report.ts");
    const log = logTo(console);
    const full = flag(parsed, "full");
    const options = { full, builds: flag(parsed, "minio"), env, log, signal };
    const startedMs = performance.now();
    const places = await openPlaces(options);
    try {
      if (signal.aborted) return signalCode(await signals.first);
      const done = await runSteps(places.steps, options);
      if (signal.aborted) return signalCode(await signals.first);
      await (full ? fullReport : shortReport)(done, { places, console, startedMs });
      return done.code === EXIT.threshold ? EXIT.ok : done.code;
    } finally {
      await places.close().catch((error) => log(`cannot remove test storage: ${messageOf(error)}`));
    }
  },
};
