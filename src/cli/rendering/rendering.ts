/**
 * The command `render`: prints the documents that start the agents of a run on Kubernetes, AWS
 * Batch or ECS. Nothing is applied, and no network is used. `options.ts` has the options,
 * `values.ts` and `jobs.ts` read them, `secrets.ts` makes the secrets of a run, and `next.ts` has
 * the commands that the user types next. `documents.ts` renders; the documents themselves are in
 * `src/cluster/launch/render`.
 */
import type { Argv } from "yargs";
import { EXIT } from "../../model/fault/errors.ts";
import { type Command, text } from "../command.ts";
import { targetOptions } from "../target-options.ts";
import { PLATFORMS, renderOptions } from "./options.ts";

/** `assay render`: prints the documents that start the agents of a run on a platform. */
export const RENDER: Command = {
  usage: "render <platform> <scenario>",
  summary: "print manifests for agents on Kubernetes, AWS Batch or ECS; apply nothing",
  examples: [
    [
      "$0 render k8s shared-read -t /efs --claim efs --agents 8 --image my/assay:1",
      "Print a NATS server and 8 agents; `| kubectl create -f -` starts them",
    ],
    [
      "$0 render k8s smoke -t s3://bucket/bench --agents 3 --image my/assay:1",
      "Load a bucket; --service-account names an account with a role for it",
    ],
    ["$0 help render", "Batch and ECS also need a NATS server, a secret, a role, and where to run"],
  ],
  options: (parser: Argv) =>
    targetOptions(
      renderOptions(
        parser
          .positional("platform", {
            choices: PLATFORMS,
            describe: "k8s: Kubernetes; batch: AWS Batch; ecs: Amazon ECS",
          })
          .positional("scenario", {
            type: "string",
            describe: "scenario file, or name from `assay list`",
          })
          .option("set", {
            type: "string",
            array: true,
            nargs: 1,
            group: "Agents:",
            describe: "set a value of the scenario, as in `assay run`",
          }),
      ),
    ),
  async run(parsed, context) {
    const { renderAgents } = await import("./documents.ts");
    const given = text(parsed, "platform");
    const platform = PLATFORMS.find((one) => one === given) ?? PLATFORMS[0];
    const { text: documents, next } = await renderAgents(platform, parsed, context);
    await context.console.out(documents);
    for (const line of next) context.console.error(`${line}\n`);
    return EXIT.ok;
  },
};
