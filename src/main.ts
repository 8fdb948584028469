import { streamConsole } from "./cli/console.ts";
import { refuseStart } from "./cli/start.ts";
import { leaveAtOnce } from "./posix/process.ts";

/** `stuck`: a thread is known to be blocked, so the exit code may have to be that of SIGKILL. */
function leave(code: number, stuck: boolean): void {
  leaveAtOnce(code);
  if (stuck) process.kill(process.pid, "SIGKILL");
  process.exit(code);
}

// By default, zod compiles each schema at its first use. That takes longer than a command checks
// values, and makes code from text.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });

const refused = refuseStart();
if (refused !== null) process.exit(refused);
const { runCli } = await import("./cli/cli.ts");
const { interruptible } = await import("./cli/ending/ending.ts");
const console = streamConsole(process);
const interrupt = interruptible(console, leave);
const code = await runCli(process.argv.slice(2), { console, env: process.env, interrupt });
// The normal way out would wait for threads that are blocked in what was given up.
if (interrupt.signal.aborted || interrupt.stuck) leave(code, interrupt.stuck);
process.exit(code);
