import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import type { Command } from "../../../src/cli/command.ts";
import { CLEAN } from "../../../src/cli/commands/clean.ts";
import { COMPARE } from "../../../src/cli/commands/compare.ts";
import { LIST } from "../../../src/cli/commands/list.ts";
import { REPORT } from "../../../src/cli/commands/report.ts";
import { VERIFY } from "../../../src/cli/commands/verify.ts";
import { errorLine } from "../../../src/cli/console.ts";
import { uninterrupted } from "../../../src/cli/ending/ending.ts";
import { netted } from "../../../src/model/printable.ts";
import { edited, type JsonEdit, jsonEdits, pathsOf } from "./json-cases.ts";
import { type Ending, isSentence, type Kind, kindOf } from "./kind.ts";
import { hostileText } from "./text-cases.ts";

const EXAMPLES = fileURLToPath(new URL("../../../results/examples/", import.meta.url));
const OLDER = fileURLToPath(new URL("../../../test/report/older-runs/", import.meta.url));
/** Runs above this size are left out: each case reads, checks and renders one. */
const MAX_BYTES = 30_000;

/** A stored run and what of it can be changed. */
interface Base {
  readonly folder: string;
  readonly run: unknown;
  readonly paths: ReturnType<typeof pathsOf>;
}

const BASES: readonly Base[] = [EXAMPLES, OLDER].flatMap((parent) =>
  readdirSync(parent)
    .filter((name) => /^\d{8}-/.test(name))
    .flatMap((name) => {
      const folder = join(parent, name);
      const text = readFileSync(join(folder, "run.json"), "utf8");
      if (text.length > MAX_BYTES) return [];
      const run: unknown = JSON.parse(text);
      return [{ folder, run, paths: pathsOf(run) }];
    }),
);

/** Commands that read stored runs, each with the words it is called with. */
const CALLS: readonly (readonly [command: Command, parsed: Readonly<Record<string, unknown>>])[] = [
  [REPORT, { format: "markdown" }],
  [REPORT, { format: "csv" }],
  [REPORT, { format: "json" }],
  [REPORT, { format: "terminal" }],
  [COMPARE, { format: "markdown", force: true, other: true }],
  [COMPARE, { format: "csv", pool: true, across: true, other: true }],
  [VERIFY, { format: "markdown" }],
  [REPORT, { guide: true, format: "markdown" }],
  [LIST, { run: [] }],
  [CLEAN, {}],
];

/** Controls but line feed and tab, marks that turn the direction of text, and hidden characters. */
const UNPRINTABLE = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u200b\ufeff]/u;

interface StoredCase {
  readonly base: number;
  readonly edits: readonly JsonEdit[];
  readonly call: number;
}

let folder: string | null = null;

async function tryStored({ base, edits, call }: StoredCase): Promise<Ending> {
  const { run, paths } = BASES[base % BASES.length] ?? { run: {}, paths: [] };
  return callWith(base, edited(run, paths, edits), call);
}

/** Writes a run and calls a command on it, as the command line would. */
async function callWith(base: number, run: unknown, call: number): Promise<Ending> {
  const from = BASES[base % BASES.length]?.folder ?? "";
  folder ??= mkdtempSync(join(tmpdir(), "assay-fuzz-runs-"));
  const results = join(folder, String(base % BASES.length));
  const own = join(results, "20261126-030426-fuzz");
  mkdirSync(results, { recursive: true });
  cpSync(from, own, { recursive: true, errorOnExist: false });
  writeFileSync(join(own, "run.json"), JSON.stringify(run));
  const [command, { other, ...parsed }] = CALLS[call % CALLS.length] ?? [REPORT, { other: false }];
  if (command === CLEAN && !isOnPath(run)) return "result";
  const printed: string[] = [];
  const console = {
    out: async (text: string) => void printed.push(netted(text, false)),
    error: (text: string) => void printed.push(errorLine(text)),
    annotate: (text: string) => void printed.push(text),
    beforeOutput: () => {},
    terminal: null,
    interactive: false,
    colour: false,
    pageColumns: 80,
    outFolder: () => null,
  };
  const named = { run: other === true ? [own, from] : [own], results, ...parsed };
  try {
    await command.run(named, {
      console,
      env: process.env,
      version: "0.0.0",
      interrupt: uninterrupted(),
    });
    return "result";
  } catch (error) {
    if (!isSentence(error)) throw error;
    printed.push(errorLine(error.message));
    return "sentence";
  } finally {
    const shown = UNPRINTABLE.exec(printed.join(""));
    if (shown !== null) refuseUnprintable(shown[0]);
  }
}

function refuseUnprintable(character: string): never {
  const point = character.codePointAt(0)?.toString(16);
  throw new Error(`prints the character U+${point} of a stored run`);
}

/** Clean-up of a bucket would ask the endpoint that the run names. */
function isOnPath(run: unknown): boolean {
  return /"address":\{"kind":"path"/.test(JSON.stringify(run));
}

/** The fields of a run that hold text, by their index in its paths. */
function textFields({ run, paths }: Base): readonly number[] {
  return paths.flatMap((path, index) => {
    const value = path.reduce<unknown>((at, key) => Object(at)[key], run);
    return typeof value === "string" ? [index] : [];
  });
}

const TEXT_FIELDS = BASES.map(textFields);

const base = fc.nat(BASES.length - 1);
const call = fc.nat(CALLS.length - 1);

/** A text that stays one line of a name, with something in it that a terminal obeys. */
const hostileName = fc.tuple(hostileText, hostileText).map(([a, b]) => `${a}x${b}`.slice(0, 200));

async function close(): Promise<void> {
  if (folder !== null) rmSync(folder, { recursive: true, force: true });
  folder = null;
}

/** Stored runs of others, read by every command that reads them. */
export const STORED_KINDS: readonly Kind[] = [
  kindOf({
    name: "stored-run",
    weight: 3,
    cases: fc.record({ base, edits: jsonEdits, call }),
    attempt: tryStored,
    close,
  }),
  kindOf({
    name: "names",
    weight: 2,
    cases: fc.record({
      base,
      edits: fc.array(fc.record({ field: fc.nat(1_000_000), value: hostileName }), {
        minLength: 1,
        maxLength: 3,
      }),
      call,
    }),
    attempt: ({ edits, ...rest }) => {
      const fields = TEXT_FIELDS[rest.base] ?? [];
      const named = edits.map(({ field, value }) => ({
        field: fields[field % fields.length] ?? 0,
        value,
      }));
      return tryStored({ ...rest, edits: named });
    },
    close,
  }),
];
