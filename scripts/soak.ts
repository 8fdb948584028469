import { runCommand } from "./soak/command.ts";

if (import.meta.main) process.exitCode = await runCommand(process.argv.slice(2));
