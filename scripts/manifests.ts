import { spawnSync } from "node:child_process";
import { findPython, installFromCommandLine, type PythonTool } from "./python/environment.ts";

const KUBERNETES_VALIDATE = "1.37.0";
const BOTOCORE = "1.44.8";

/** Version of Kubernetes whose schema the manifests must match. */
const KUBERNETES = "1.37.0";

const VALIDATORS: PythonTool = {
  name: "manifests",
  absence: "kubernetes-validate and botocore, which validate manifests, are not installed",
  script: "scripts/manifests.ts",
  version: `${KUBERNETES_VALIDATE}-${BOTOCORE}`,
  packages: [`kubernetes-validate==${KUBERNETES_VALIDATE}`, `botocore==${BOTOCORE}`],
};

/** Validates calls of AWS APIs; stdin: a JSON list of service, operation and parameters. */
const REQUEST_VALIDATOR = `
import json, sys
from botocore.session import get_session
from botocore.validate import ParamValidator
session = get_session()
problems = []
for service, operation, parameters in json.load(sys.stdin):
    model = session.get_service_model(service).operation_model(operation)
    report = ParamValidator().validate(parameters, model.input_shape)
    if report.has_errors():
        problems.append(operation + ": " + report.generate_report())
sys.exit("\\n".join(problems) or 0)
`;

/** A call of an AWS API. */
export type AwsCall = readonly [service: "batch" | "ecs", operation: string, parameters: object];

/** Strict schema validators; each function returns the problems, "" if there are none. */
export interface Validators {
  /** Validates a multi-document YAML text. */
  kubernetes(text: string): string;
  /** Validates the parameters of calls, by the models of AWS's own client. */
  aws(calls: readonly AwsCall[]): string;
}

/** Finds the validators; if they are not installed, tells how to install them. */
export async function findValidators(): Promise<Validators | { readonly unavailable: string }> {
  const python = await findPython(VALIDATORS);
  if (typeof python !== "string") return python;
  return {
    kubernetes(text) {
      const how = ["--strict", "-k", KUBERNETES, "--quiet", "-"];
      return problemsOf(python, ["-m", "kubernetes_validate", ...how], text);
    },
    aws(calls) {
      return problemsOf(python, ["-c", REQUEST_VALIDATOR], JSON.stringify(calls));
    },
  };
}

/** Runs a validator without network or settings of the user. */
function problemsOf(python: string, parameters: readonly string[], input: string): string {
  const { status, stdout, stderr } = spawnSync(python, parameters, {
    input,
    encoding: "utf8",
    env: { PATH: process.env.PATH, AWS_EC2_METADATA_DISABLED: "true" },
  });
  return status === 0 ? "" : `${stdout}${stderr}`.trim() || `it ended with ${String(status)}`;
}

if (import.meta.main) await installFromCommandLine(VALIDATORS);
