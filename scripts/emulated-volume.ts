import { runCommand } from "./emulated-volume/command.ts";

if (import.meta.main) process.exitCode = await runCommand(process.argv.slice(2));
