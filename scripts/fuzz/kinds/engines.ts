import fc from "fast-check";
import { OPERATIONS } from "../../../src/model/plan/operation.ts";
import { openDriver, S3_ENGINES } from "../../../test/engine/objects/session.ts";
import { AnsweringServer } from "./answering-server.ts";
import { HTTP_ANSWERS } from "./answers.ts";
import { type Ending, type Kind, kindOf } from "./kind.ts";
import { textLike } from "./text-cases.ts";

/** Operations that a bucket has, and that need no answers of an earlier one. */
const TRIED = OPERATIONS.filter((name) => !["write", "stream", "rename", "restore"].includes(name));

interface EngineCase {
  readonly engine: (typeof S3_ENGINES)[number];
  readonly operation: (typeof OPERATIONS)[number];
  readonly answers: readonly string[];
}

let server: Promise<AnsweringServer> | null = null;

/** Each operation completes once, with a result or an error that has a code and a sentence. */
async function tryOperation({ engine, operation, answers }: EngineCase): Promise<Ending> {
  process.env.AWS_ACCESS_KEY_ID = "fuzz";
  process.env.AWS_SECRET_ACCESS_KEY = "fuzz";
  server ??= AnsweringServer.start();
  const answering = await server;
  answering.answerWith(answers);
  const endpoint = `http://127.0.0.1:${answering.port}`;
  const address = { endpoint, region: "us-east-1", bucket: "assay", prefix: "", pathStyle: true };
  const driver = await openDriver(address, { engine, sizes: [64, 64], operations: [operation] });
  let ending: Ending = "result";
  try {
    const outcome = await driver.run(operation, 0, 0, operation === "deleteObjects" ? 2 : 64);
    if (outcome.result < 0) {
      const { code, message } = driver.session.explain(outcome.result);
      if (code === "" || message === "") throw new Error("an error without a code or a message");
      ending = "sentence";
    }
  } finally {
    await driver.session.close();
  }
  const [times] = driver.completions;
  if (times !== 1) throw new Error(`${operation} completed ${times} times`);
  return ending;
}

export const ENGINE_KINDS: readonly Kind[] = [
  kindOf({
    name: "operations",
    weight: 3,
    cases: fc.record({
      engine: fc.constantFrom(...S3_ENGINES),
      operation: fc.constantFrom(...TRIED),
      answers: fc.array(fc.oneof(fc.constantFrom(...HTTP_ANSWERS), textLike(HTTP_ANSWERS)), {
        minLength: 1,
        maxLength: 4,
      }),
    }),
    attempt: tryOperation,
    async close() {
      await (await server)?.close();
      server = null;
    },
  }),
];
