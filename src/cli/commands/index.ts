/**
 * The commands, one per file, with the parts that only one command uses. A file imports no large
 * module at its top, to keep `--help` fast. Parts that several commands share to make runs are in
 * `running`. Read `report.ts` first, the shortest command that does real work.
 */

import { BASELINE } from "../baseline/baseline.ts";
import type { Command } from "../command.ts";
import { MERGE } from "../hosts/merge.ts";
import { QUICK } from "../quick/quick.ts";
import { RENDER } from "../rendering/rendering.ts";
import { DEMO } from "../testbed/demo.ts";
import { EMULATE } from "../testbed/emulate.ts";
import { MINIO } from "../testbed/minio.ts";
import { NATS } from "../testbed/nats.ts";
import { AGENT } from "./agent.ts";
import { CHECK } from "./check.ts";
import { CLEAN } from "./clean.ts";
import { COMPARE } from "./compare.ts";
import { COMPLETION } from "./completion.ts";
import { FIND } from "./find.ts";
import { HELP } from "./help.ts";
import { LIST } from "./list.ts";
import { REPORT } from "./report.ts";
import { RUN } from "./run.ts";
import { SELFTEST } from "./selftest.ts";
import { VERIFY } from "./verify.ts";

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  QUICK,
  RUN,
  FIND,
  REPORT,
  COMPARE,
  VERIFY,
  BASELINE,
  CHECK,
  LIST,
  CLEAN,
  MERGE,
  SELFTEST,
  DEMO,
  MINIO,
  NATS,
  EMULATE,
  AGENT,
  RENDER,
  COMPLETION,
  HELP,
];
