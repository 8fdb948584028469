import { runCli } from "./cli/program.ts";

const leave = (code: number): void => process.exit(code);

leave(await runCli(process.argv.slice(2), leave));
