import type { Argv } from "yargs";
import { EXIT, messageOf, PreflightError, UsageError } from "../../model/fault/errors.ts";
import type { Signals } from "../../testbed/foreground/signals.ts";
import type { VolumeTexts } from "../../testbed/volume/options.ts";
import type { VolumeOptions } from "../../testbed/volume/start.ts";
import type { VolumeRecord } from "../../testbed/volume/system/record.ts";
import { type Command, PROGRAM, text, texts } from "../command.ts";
import type { Console } from "../console.ts";
import { logTo } from "./minio.ts";

const ACTIONS = ["up", "exec", "list", "down"] as const;

/** Options of an emulated volume, with their help. `volumeOptionsOf` parses their values. */
const VOLUME_OPTIONS: Readonly<Record<keyof VolumeTexts, string>> = {
  as: "kind of volume: gp2, gp3, io2 or st1",
  iops: "provisioned IOPS (default: 3000 for gp3; required for io2)",
  throughput: "provisioned throughput (default: 125MiB/s for gp3; others by formula)",
  size: "capacity (default: 2GiB)",
  "as-size": "size for the formulas and credits of gp2 and st1 (default: --size)",
  scale: "divide the burst credits by this number, so that a burst ends soon (default: 1)",
  "instance-limit": "EBS limit of the EC2 instance: 2500, 78MB/s or 2500,78MB/s",
  "first-touch": "volume from a snapshot: share of its rates until all is read, e.g. 40%",
  fs: "file system: ext4, xfs or none (default: ext4)",
  beside: "id of a volume whose processes also get the limits of this one",
  folder: "directory of the backing file, which must be faster than the volume",
};

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

/**
 * Refuses values that AWS does not provision for a kind of volume.
 *
 * @throws UsageError
 */
async function checkVolume(options: VolumeOptions): Promise<void> {
  const { kind, iops, bytesPerSecond } = options;
  if (kind !== "gp3" && kind !== "io2") return;
  const { checkProvisioned } = await import("../../scenario/targets/check-provisioned.ts");
  // An emulated volume may be smaller than AWS requires for its IOPS.
  const [fault] = checkProvisioned(`ebs-${kind}`, {
    ...(iops === undefined ? {} : { iops }),
    ...(bytesPerSecond === undefined || kind === "io2"
      ? {}
      : { throughputBytesPerSecond: bytesPerSecond, iops: iops ?? 3000 }),
  });
  if (fault === undefined) return;
  throw new UsageError(
    `--${fault.name}: ${fault.message}; --instance-limit emulates a lower limit`,
  );
}

/** Returns the given options. */
function volumeTexts(parsed: Readonly<Record<string, unknown>>): VolumeTexts {
  const given = Object.keys(VOLUME_OPTIONS).flatMap((name) => {
    const value = text(parsed, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(given) as VolumeTexts;
}
