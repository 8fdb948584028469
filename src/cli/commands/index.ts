/**
 * Every command of the command line, one per file, next to what only that command needs. A file
 * loads nothing heavy at its top, so that `--help` stays quick. What several commands that make
 * runs share is in `running`. Read `report.ts` first: it is the shortest that does real work.
 */
import type { Command } from "../command.ts";
import { CHECK } from "./check.ts";
import { CLEAN } from "./clean.ts";
import { COMPARE } from "./compare.ts";
import { FIND } from "./find.ts";
import { LIST } from "./list.ts";
import { REPORT } from "./report.ts";
import { RUN } from "./run.ts";
import { SELFTEST } from "./selftest.ts";
import { VERIFY } from "./verify.ts";

/** In the order of the help. */
export const COMMANDS: readonly Command[] = [
  RUN,
  FIND,
  REPORT,
  COMPARE,
  VERIFY,
  CHECK,
  LIST,
  CLEAN,
  SELFTEST,
];
