import type { Saturation } from "../../metrics/saturation.ts";
import type { Run } from "../../model/run/run.ts";
import { formatIops, formatRate } from "../parts/format.ts";
import { statisticText } from "../parts/latency-cell.ts";
import { limitLines, type QuickAnswer, type QuickNotes, verdictLines } from "./quick-limits.ts";
import { type QuickPhase, quickPhase, quickPhases, quickSweep } from "./quick-phases.ts";
import { caveatLine, headline, nextLines, stoppedLines } from "./run-screen.ts";
import { type Screen, type ScreenLine, screenLine } from "./screen.ts";

const MAX_LINES = 15;

/** The answer of `assay quick` in at most 15 lines. */
export function quickScreen(
  run: Run,
  { folder, file }: { readonly folder: string; readonly file: string },
  answer: QuickAnswer,
  notes: QuickNotes,
): Screen {
  const isBucket = run.target.address.kind === "bucket";
  return {
    headline: headline(run),
    table: null,
    lines: [
      ...stoppedLines(run),
      ...(isBucket ? bucketLines(run) : pathLines(run)),
      ...limitLines(run, answer, isBucket),
      ...verdictLines(run, answer, notes),
      ...(notes.leftOut === null ? [] : [screenLine("Left out", notes.leftOut)]),
      caveatLine(run),
      screenLine("Report", `${folder}/${file}`),
      ...nextLines(run, folder),
    ],
    others: "see the report",
    maxLines: MAX_LINES,
  };
}

function pathLines(run: Run): readonly ScreenLine[] {
  const reads = quickSweep(run, "read");
  const writes = quickSweep(run, "write");
  const { saturation } = quickPhases(run);
  const latencies = [
    latencyText("read", single(reads)),
    latencyText("write", single(writes)),
  ].flatMap((text) => text ?? []);
  const rates = [
    ...(saturation === null ? [] : [`read ${saturationText(saturation, "queue depth")}`]),
    ...rateAt("write", deepest(writes)),
  ];
  const synced = quickPhase(run, "synced-write");
  return [
    ...line("Latency", latencies, "16 KiB, 1 in flight"),
    ...line("IOPS", rates, "16 KiB random"),
    ...line(
      "Throughput",
      [
        ...throughput("read", quickPhase(run, "sequential-read")),
        ...throughput("write", quickPhase(run, "sequential-write")),
      ],
      "1 MiB sequential, 8 in flight",
    ),
    ...line("Fsync", synced === null ? [] : syncTexts(synced), "4 KiB, fsync after each write"),
    ...line(
      "Small files",
      ["create", "fetch", "delete"].flatMap((name) => filesText(name, quickPhase(run, name))),
      "16 KiB, 16 in flight",
    ),
  ];
}

function bucketLines(run: Run): readonly ScreenLine[] {
  const gets = quickSweep(run, "get");
  const puts = quickSweep(run, "put");
  const { saturation } = quickPhases(run);
  const get = single(gets);
  const list = quickPhase(run, "list");
  return [
    ...line("First byte", firstByteTexts(get), "GET of 16 KiB, 1 in flight"),
    ...line(
      "Latency",
      [latencyText("GET", get), latencyText("PUT", single(puts))].flatMap((text) => text ?? []),
      "16 KiB, 1 in flight",
    ),
    ...line(
      "Requests",
      [
        ...(saturation === null ? [] : [`GET ${saturationText(saturation, "", "/s")}`]),
        ...rateAt("PUT", deepest(puts), "/s"),
      ],
      "16 KiB",
    ),
    ...line(
      "Throughput",
      [
        ...throughput("download", quickPhase(run, "download")),
        ...throughput("upload", quickPhase(run, "upload")),
        ...throughput("ranged GET", quickPhase(run, "ranged-get")),
      ],
      "8 MiB parts, 1 MiB ranges",
    ),
    ...line("Listing", list === null ? [] : listTexts(list), "all pages of a directory"),
  ];
}

/** `label  text; text (conditions)`; no line without a text. */
function line(label: string, texts: readonly string[], conditions: string): ScreenLine[] {
  return texts.length === 0 ? [] : [screenLine(label, `${texts.join("; ")} (${conditions})`)];
}

function single(sweep: readonly QuickPhase[]): QuickPhase | null {
  return sweep.find(({ inFlight }) => inFlight === 1) ?? null;
}

function deepest(sweep: readonly QuickPhase[]): QuickPhase | null {
  return sweep.toSorted((a, b) => b.inFlight - a.inFlight)[0] ?? null;
}

function latencyText(name: string, phase: QuickPhase | null): string | null {
  const latency = phase?.summary.latency ?? null;
  if (latency === null) return null;
  return `${name} p50 ${statisticText(latency, "p50")}, p99 ${statisticText(latency, "p99")}`;
}

function saturationText(found: Saturation, of: string, unit = ""): string {
  const { knee, plateau, isReached, fall } = found;
  const at = (inFlight: number) => (of === "" ? `${inFlight} in flight` : `${of} ${inFlight}`);
  const rate = `${formatIops(plateau.perSecond)}${unit}`;
  if (!isReached) return `${rate} at ${at(knee.inFlight)}, the highest measured`;
  if (fall === null) return `${rate} from ${at(knee.inFlight)} upward`;
  const lower = `${formatIops(fall.perSecond)}${unit} at ${fall.inFlight}`;
  return `${rate} from ${at(knee.inFlight)}, but ${lower}`;
}

function rateAt(name: string, phase: QuickPhase | null, unit = ""): readonly string[] {
  if (phase === null) return [];
  const { summary, inFlight } = phase;
  return [`${name} ${formatIops(summary.operationsPerSecond)}${unit} at ${inFlight}`];
}

function throughput(name: string, phase: QuickPhase | null): readonly string[] {
  return phase === null ? [] : [`${name} ${formatRate(phase.summary.bytesPerSecond)}`];
}

function syncTexts({ summary }: QuickPhase): readonly string[] {
  const { sync, operationsPerSecond } = summary;
  const times = `p50 ${statisticText(sync, "p50")}, p99 ${statisticText(sync, "p99")}`;
  return [times, `${formatIops(operationsPerSecond)} synced writes/s`];
}

const FILE_WORDS: Readonly<Record<string, string>> = { create: "durable create", fetch: "read" };

function filesText(name: string, phase: QuickPhase | null): readonly string[] {
  if (phase === null) return [];
  return [`${FILE_WORDS[name] ?? name} ${formatIops(phase.summary.operationsPerSecond)}/s`];
}

function firstByteTexts(phase: QuickPhase | null): readonly string[] {
  const times = phase?.summary.firstByte ?? null;
  if (times === null) return [];
  return [`p50 ${statisticText(times, "p50")}, p99 ${statisticText(times, "p99")}`];
}

function listTexts({ summary }: QuickPhase): readonly string[] {
  return [`p50 ${statisticText(summary.latency, "p50")}`];
}
