/**
 * Makes EBS volumes of known performance on a loop device.
 */

import { messageOf, UsageError } from "../src/model/fault/errors.ts";
import { execute } from "../src/testbed/foreground/execute.ts";
import { catchSignals, signalCode } from "../src/testbed/foreground/signals.ts";
import { parseCommandLine, USAGE, volumeOptionsOf } from "../src/testbed/volume/options.ts";
import { startStaying, startVolume, type VolumeOptions } from "../src/testbed/volume/start.ts";
import { devicesOn } from "../src/testbed/volume/system/device.ts";
import { takeDown } from "../src/testbed/volume/system/dismantle.ts";
import { keeperLives, mountPointOf, readRecords } from "../src/testbed/volume/system/record.ts";

const DONE = 0;
const USAGE_ERROR = 2;
const UNAVAILABLE = 3;

/** Runs the script's command line; resolves with the exit code. */
async function runCommand(argv: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parseCommandLine(argv);
    const [verb, ...rest] = positionals;
    if (values.help) return print(USAGE);
    if (verb === "exec" && rest.length > 0) return await exec(volumeOptionsOf(values), rest);
    if (verb === "up" && rest.length === 0) return await up(volumeOptionsOf(values));
    if (verb === "list" && rest.length === 0) return await list();
    if (verb === "down" && rest.length <= 1) return await down(rest[0]);
    return fail(USAGE, USAGE_ERROR);
  } catch (error) {
    if (error instanceof UsageError) return fail(error.message, USAGE_ERROR);
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code.startsWith("ERR_PARSE_ARGS")) return fail(`${messageOf(error)}\n\n${USAGE}`, 2);
    return fail(messageOf(error), UNAVAILABLE);
  }
}

async function exec(options: VolumeOptions, command: readonly string[]): Promise<number> {
  const signals = catchSignals();
  const volume = await startVolume(options);
  if ("unavailable" in volume) return fail(volume.unavailable, UNAVAILABLE);
  let signalled: NodeJS.Signals | null = null;
  signals.onSignal((signal) => {
    signalled = signal;
  });
  try {
    if (signalled !== null) return signalCode(signalled);
    const [program, ...parameters] = volume.throttled(command);
    return await execute(program, parameters, { ASSAY_VOLUME: volume.path }, signals, log);
  } finally {
    await volume.stop().catch((error) => log(`cannot remove the volume: ${messageOf(error)}`));
  }
}

async function up(options: VolumeOptions): Promise<number> {
  const volume = await startStaying(options);
  if ("unavailable" in volume) return fail(volume.unavailable, UNAVAILABLE);
  log(`volume ${volume.id} is up; a shell is throttled after: echo $$ > $ASSAY_VOLUME_PROCS`);
  return print(
    `export ASSAY_VOLUME=${volume.path}\nexport ASSAY_VOLUME_PROCS=${volume.procs}\n` +
      `export ASSAY_VOLUME_ID=${volume.id}\n`,
  );
}

async function list(): Promise<number> {
  for (const record of await readRecords()) {
    const lives = await keeperLives(record);
    const [device = record.backing] = await devicesOn(record.backing);
    const path = record.fileSystem === "none" ? device : mountPointOf(record.id);
    const state = lives ? "" : "  (its keeper process ended; remove it with `down`)";
    print(`${record.id}  ${path}  ${record.summary}${state}\n`);
  }
  return DONE;
}

async function down(id: string | undefined): Promise<number> {
  const records = await readRecords();
  const [only] = records;
  if (id === undefined && records.length !== 1) {
    const ids = records.map((record) => record.id).join(", ");
    return records.length === 0
      ? fail("there is no emulated volume", UNAVAILABLE)
      : fail(`there are several emulated volumes; give the id of one: ${ids}`, USAGE_ERROR);
  }
  const record = id === undefined ? only : records.find((known) => known.id === id);
  if (record === undefined) return fail(`there is no emulated volume ${id}`, UNAVAILABLE);
  await takeDown(record);
  return DONE;
}

function print(text: string): number {
  process.stdout.write(text);
  return DONE;
}

function log(line: string): void {
  process.stderr.write(`${line}\n`);
}

function fail(message: string, code: number): number {
  log(message);
  return code;
}

process.exitCode = await runCommand(process.argv.slice(2));
