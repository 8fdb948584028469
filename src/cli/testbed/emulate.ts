import type { Argv } from "yargs";
import { EXIT, messageOf, PreflightError, UsageError } from "../../model/fault/errors.ts";
import type { Signals } from "../../testbed/foreground/signals.ts";
import type { VolumeOptions } from "../../testbed/volume/start.ts";
import type { VolumeRecord } from "../../testbed/volume/system/record.ts";
import { type Command, PROGRAM, text, texts } from "../command.ts";
import type { Console } from "../console.ts";
import { checkVolume, VOLUME_OPTIONS, volumeTexts } from "./emulate-options.ts";
import { logTo } from "./minio.ts";

const ACTIONS = ["up", "exec", "list", "down"] as const;

/** `assay emulate`: EBS volumes of known performance on a loop device. */
export const EMULATE: Command = {
  usage: "emulate <action> [id]",
  summary: "emulate an EBS volume of known performance (Linux, root)",
  endsItself: true,
  runsProgram: true,
  examples: [
    [
      "$0 emulate exec --as gp3 -- sh -c 'assay run random-read -t $ASSAY_VOLUME'",
      "Run one command with an emulated volume",
    ],
    ["$0 emulate up --as gp2 --as-size 100GiB --scale 1000", "Make a volume that stays"],
    ["$0 emulate list", "List the emulated volumes"],
    ["$0 emulate down", "Remove the volume; with several, give an id"],
  ],
  options: (parser: Argv) => {
    const withAction = parser
      .positional("action", {
        choices: ACTIONS,
        describe: "make a volume, run a command in one, list them, or remove one",
      })
      .positional("id", { type: "string", describe: "volume to remove (default: the only one)" });
    return Object.entries(VOLUME_OPTIONS).reduce<Argv>(
      (all, [name, describe]) =>
        all.option(name, { type: "string", nargs: 1, group: "Volume:", describe }),
      withAction,
    );
  },
  async run(parsed, { console, interrupt }) {
    const action = ACTIONS.find((one) => one === text(parsed, "action"));
    const id = text(parsed, "id");
    const program = texts(parsed, PROGRAM);
    rejectUnused(action, parsed, id, program);
    if (action === "list") return list(console);
    if (action === "down") return down(id);
    const { volumeOptionsOf } = await import("../../testbed/volume/options.ts");
    const options = volumeOptionsOf(volumeTexts(parsed));
    await checkVolume(options);
    if (action === "up") return up(options, console);
    // Signals are for the command; the volume lasts until it has ended.
    const { catchSignals } = await import("../../testbed/foreground/signals.ts");
    const signals = catchSignals();
    interrupt.release();
    return exec(options, program, signals, console);
  },
};

/** @throws UsageError for arguments that the action does not use, or that it lacks */
function rejectUnused(
  action: (typeof ACTIONS)[number] | undefined,
  parsed: Readonly<Record<string, unknown>>,
  id: string | undefined,
  program: readonly string[],
): void {
  const makes = action === "up" || action === "exec";
  if (action === "exec" && program.length === 0) {
    throw new UsageError("emulate exec requires a command; add it after --, e.g. -- sh test.sh");
  }
  if (action !== "exec" && program.length > 0) {
    throw new UsageError(`emulate ${action} runs no command; use emulate exec`);
  }
  if (action !== "down" && id !== undefined) {
    const remedy = action === "exec" ? "; put the command after --" : "";
    throw new UsageError(`emulate ${action} takes no argument \`${id}\`${remedy}`);
  }
  const given = Object.keys(VOLUME_OPTIONS).find((name) => text(parsed, name) !== undefined);
  if (!makes && given !== undefined) {
    throw new UsageError(`emulate ${action} does not use --${given}; remove it`);
  }
}

async function exec(
  options: VolumeOptions,
  command: readonly string[],
  signals: Signals,
  console: Console,
): Promise<number> {
  const { signalCode } = await import("../../testbed/foreground/signals.ts");
  const { execute } = await import("../../testbed/foreground/execute.ts");
  const { startVolume } = await import("../../testbed/volume/start.ts");
  const log = logTo(console);
  const volume = await startVolume(options);
  if ("unavailable" in volume) throw new PreflightError(volume.unavailable);
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

async function up(options: VolumeOptions, console: Console): Promise<number> {
  const { startStaying } = await import("../../testbed/volume/start.ts");
  const volume = await startStaying(options);
  if ("unavailable" in volume) throw new PreflightError(volume.unavailable);
  logTo(console)(`volume ${volume.id} is up; to limit a shell: echo $$ > $ASSAY_VOLUME_PROCS`);
  await console.out(
    `export ASSAY_VOLUME=${volume.path}\nexport ASSAY_VOLUME_PROCS=${volume.procs}\n` +
      `export ASSAY_VOLUME_ID=${volume.id}\n`,
  );
  return EXIT.ok;
}

async function list(console: Console): Promise<number> {
  const { readRecords } = await import("../../testbed/volume/system/record.ts");
  const records = await readRecords();
  if (records.length === 0) logTo(console)("there is no emulated volume");
  for (const record of records) await console.out(await lineOf(record));
  return EXIT.ok;
}

async function lineOf(record: VolumeRecord): Promise<string> {
  const { devicesOn } = await import("../../testbed/volume/system/device.ts");
  const { keeperLives, mountPointOf } = await import("../../testbed/volume/system/record.ts");
  const [device = record.backing] = await devicesOn(record.backing);
  const path = record.fileSystem === "none" ? device : mountPointOf(record.id);
  const lives = await keeperLives(record);
  const state = lives ? "" : "  (its keeper process ended; remove it with `emulate down`)";
  return `${record.id}  ${path}  ${record.summary}${state}\n`;
}

async function down(id: string | undefined): Promise<number> {
  const { readRecords } = await import("../../testbed/volume/system/record.ts");
  const { takeDown } = await import("../../testbed/volume/system/dismantle.ts");
  const records = await readRecords();
  if (id === undefined && records.length > 1) {
    const ids = records.map((record) => record.id).join(", ");
    throw new UsageError(`there are several emulated volumes; give the id of one: ${ids}`);
  }
  const record = id === undefined ? records[0] : records.find((known) => known.id === id);
  if (record === undefined) {
    throw new PreflightError(`there is no emulated volume${id === undefined ? "" : ` ${id}`}`);
  }
  await takeDown(record).catch((error) => {
    throw new PreflightError(messageOf(error));
  });
  return EXIT.ok;
}
