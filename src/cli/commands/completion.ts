import type { Argv } from "yargs";
import { UsageError } from "../../model/fault/errors.ts";
import { type Command, text } from "../command.ts";
import { completionScript, SHELLS, shellOf } from "../completion/scripts.ts";

/** `assay completion`: prints the script that makes a shell complete assay's arguments. */
export const COMPLETION: Command = {
  usage: "completion [shell]",
  summary: "print a completion script for bash, zsh or fish",
  examples: [
    ["$0 completion bash >> ~/.bashrc", "Install completion in bash"],
    ["$0 completion zsh > ~/.zfunc/_assay", "Install completion in zsh (directory in fpath)"],
    ["$0 completion fish > ~/.config/fish/completions/assay.fish", "Install completion in fish"],
  ],
  options: (parser: Argv) =>
    parser.positional("shell", {
      choices: SHELLS,
      describe: "shell (default: the shell of $SHELL)",
    }),
  async run(parsed, { console, env }) {
    const given = text(parsed, "shell");
    const shell = SHELLS.find((one) => one === given) ?? shellOf(env.SHELL);
    if (shell === null) {
      throw new UsageError(
        `which shell? expected one of: ${SHELLS.join(", ")}; SHELL is ${env.SHELL ?? "not set"}`,
      );
    }
    await console.out(completionScript(shell));
    return 0;
  },
};
