import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readClaims } from "../../src/claim/catalogue/claims-file.ts";
import { compile } from "../../src/claim/formula/formula.ts";
import { ScenarioError, UsageError } from "../../src/model/fault/errors.ts";
import { oneLine, printable, printableJson } from "../../src/model/printable.ts";
import { csvText } from "../../src/report/format/csv.ts";
import { renderMarkdown } from "../../src/report/format/markdown.ts";
import { renderTerminal } from "../../src/report/format/terminal.ts";
import { code, dataTable, list, name, paragraph } from "../../src/report/parts/document.ts";
import type { Document } from "../../src/report/report.ts";
import { planScenario } from "../../src/scenario/index.ts";
import { parseThreshold } from "../../src/scenario/schema/threshold.ts";
import { readProvisioned } from "../../src/scenario/targets/target-text.ts";
import { parseTarget, parseTargets } from "../../src/scenario/targets/targets.ts";
import { draws } from "../draws.ts";

const HEAD = "name: x\ndatasets: { data: { count: 1, size: 1MiB } }\n";
const scenario = (fields: string): string =>
  `${HEAD}phases: [{ name: p, operation: read, access: random, duration: 1s, ${fields} }]\n`;
const plan = (text: string, set: readonly string[] = [], env = {}) =>
  planScenario("a.yaml", text, { env, set });
const quoted = (text: string): string => JSON.stringify(text);

function report(text: string): Document {
  const table = { ...dataTable("t", [text], [[text]]), rows: [[name(text)]] };
  return {
    title: text,
    lead: [paragraph(text, code(text)), list([text])],
    sections: [{ title: text, blocks: [table] }],
    data: table,
  };
}

/** Every place where a text from outside is read or shown. */
const USES: Readonly<Record<string, (text: string) => unknown>> = {
  "a scenario": (text) => plan(text),
  "a line of a scenario": (text) => plan(`${HEAD}title: ${text}\n`),
  "a title": (text) => plan(`${HEAD}title: ${quoted(text)}\n`),
  "a flow mapping": (text) => plan(`datasets: {${text}}`),
  "a key": (text) => plan(`${HEAD}${quoted(text)}: 1\n`),
  "a size": (text) => plan(scenario(`blockSize: ${quoted(text)}`)),
  "a threshold": (text) => plan(scenario(`blockSize: 4KiB, thresholds: [${quoted(text)}]`)),
  "the env list": (text) => plan(`env: [${quoted(text)}]\n${HEAD}`),
  "a variable": (text) => plan(scenario(`cache: "\${ASSAY_T}"`), [], { ASSAY_T: text }),
  "--set": (text) => plan(scenario("blockSize: 4KiB"), [`title=${text}`]),
  "a key of --set": (text) => plan(scenario("blockSize: 4KiB"), [`phases.p.${text}=1`]),
  "a targets file": (text) =>
    parseTargets(
      "t.yaml",
      `targets: { ${quoted(text)}: { kind: s3, bucket: ${quoted(text)}, endpoint: ${quoted(text)} },
        b: { kind: synthetic, latency: ${quoted(text)}, stalls: [${quoted(text)}] } }`,
      {},
    ),
  "--target": (text) => parseTarget(text, {}, {}),
  "--target s3:": (text) => parseTarget(`s3://${text}`, { endpoint: text }, {}),
  "--target synthetic:": (text) => parseTarget(`synthetic:${text}`, {}, {}),
  "--provisioned": (text) => readProvisioned(text),
  "a threshold's text": (text) => parseThreshold(text),
  "a claim": (text) => readClaims("c.yaml", `claims: [{ id: ${quoted(text)} }]`),
  "a claim's expression": (text) => compile(text, {}),
  markdown: (text) => renderMarkdown(report(text)),
  "a terminal's report": (text) => renderTerminal(report(text), { color: true }),
  CSV: (text) => csvText([text], [[text]]),
  "printable text": (text) => printable(text) + oneLine(text) + printableJson(text),
};

/** How a reference begins. */
const OPEN = `\${`;

/** Pieces that some scanner starts over at, or looks ahead from. */
const PIECES = [
  ..." \t\n\r\\|`~_*&<>\"'#$%!?@-.,:;=+(){}[]0a1é日\u0301\u001b\ud800",
  ...[
    OPEN,
    "}",
    `${OPEN}A}`,
    `${OPEN}ASSAY_X:-1} `,
    `$${OPEN}`,
    "a: ",
    "- ",
    "? ",
    "&a ",
    "*a ",
    "!!a ",
    "<<: ",
  ],
  ...[
    "a=1,",
    "1s@1s,",
    "1ms:",
    "word ",
    " not ",
    "vs baseline: a",
    "p99 < 1ms",
    "KiB",
    "\r\n",
    "# ",
  ],
  ...["::", "##[", "](", "&a;", "&#1", "\\|", "\\u0041", "''", '""', "_ID", "aB", "1e", "0."],
];

const SMALL = 2048;
const LARGE = 8 * SMALL;
/** Times below this are acceptable regardless of their growth. */
const QUICK_MS = 100;
/** Eight times the text may take this much longer; in quadratic time it takes 64 times as long. */
const MAX_RATIO = 30;

/** CPU time of this thread: waits for a busy machine are not in it. Least of some tries. */
function cpuMs(use: (text: string) => unknown, text: string, tries: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let count = 0; count < tries; count++) {
    const before = process.threadCpuUsage();
    try {
      use(text);
    } catch (error) {
      if (!(error instanceof ScenarioError) && !(error instanceof UsageError)) throw error;
      if (error instanceof ScenarioError) expect(error.message.length).toBeLessThan(300_000);
    }
    const { user, system } = process.threadCpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
    if (least < QUICK_MS) break;
  }
  return least;
}

type Made = (length: number) => string;

function expectLinear(use: (text: string) => unknown, make: Made): void {
  const large = cpuMs(use, make(LARGE), 3);
  if (large < QUICK_MS) return;
  const small = cpuMs(use, make(SMALL), 3);
  const ratio = large / small;
  expect({ ratio, large, small, text: make(60) }).toMatchObject({ ratio: expect.toSatisfy(isLow) });
}

const isLow = (ratio: number): boolean => ratio < MAX_RATIO;

const repeated =
  (before: string, piece: string, after: string): Made =>
  (length) =>
    before + piece.repeat(Math.ceil(length / piece.length)) + after;
const numbered =
  (piece: (index: number) => string): Made =>
  (length) =>
    Array.from({ length: Math.ceil(length / 8) }, (_, index) => piece(index)).join("");

const CASES = Object.entries(USES).map(([name, use], index) => ({ name, use, index }));

describe.each(CASES)("the time for $name is proportional to its length", ({ use, index }) => {
  it("where one piece is repeated", { timeout: 120_000 }, () => {
    // Each piece is tried at one place in eight, or at all.
    const pieces = PIECES.filter((_, at) => (at + index) % draws(8, 1) === 0);
    for (const piece of pieces) expectLinear(use, repeated("", piece, ""));
    const inside = [" ", "\\", "0", OPEN, "&a"].filter((_, at) => (at + index) % draws(5, 1) === 0);
    for (const piece of inside) {
      for (const end of ["|", "x", "}", "\n", ";"]) expectLinear(use, repeated("x", piece, end));
    }
  });

  it("where every piece is another", { timeout: 120_000 }, () => {
    expectLinear(
      use,
      numbered((index) => `\${A${index}} `),
    );
    expectLinear(
      use,
      numbered((index) => `k${index}: 1\n`),
    );
    expectLinear(
      use,
      numbered((index) => `k${index}: 1, `),
    );
    expectLinear(
      use,
      numbered((index) => `- &a${index} x\n- *a${index}\n`),
    );
    expectLinear(
      use,
      numbered((index) => `${" ".repeat(index % 40)}a:\n`),
    );
  });

  it("where some pieces are repeated", { timeout: 120_000 }, () => {
    const piece = fc.constantFrom(...PIECES);
    const pieces = fc.array(piece, { minLength: 1, maxLength: 4 }).map((all) => all.join(""));
    fc.assert(
      fc.property(pieces, pieces, pieces, (before, middle, after) => {
        expectLinear(use, repeated(before, middle, after));
      }),
      { numRuns: draws(2, 12) },
    );
  });
});
