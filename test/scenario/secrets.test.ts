import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isScalar, parseDocument, visit } from "yaml";
import { planScenario } from "../../src/scenario/index.ts";
import { parseTargets } from "../../src/scenario/targets/targets.ts";
import type { Env } from "../../src/yaml/interpolate.ts";
import { looksSecret } from "../../src/yaml/secret-names.ts";
import { draws } from "../draws.ts";

const FOLDER = new URL("../../scenarios/", import.meta.url);
const ref = (inner: string) => `\${${inner}}`;

const scenario = (title: string, head = "") => `${head}name: x
title: "${title}"
datasets: { data: { count: 1, size: 1MiB } }
phases: [{ name: p, operation: read, access: random, blockSize: 4KiB, duration: 1s }]
`;
const targets = (prefix: string, head = "") =>
  `${head}targets: { b: { kind: s3, bucket: my-bucket, prefix: "${prefix}" } }\n`;

/** The error for a text, or null if it is accepted. */
function refusal(read: () => unknown): string | null {
  try {
    read();
    return null;
  } catch (error) {
    return error instanceof Error && error.name !== "TypeError" ? error.message : `? ${error}`;
  }
}

/** The same reference in a scenario, in `--set` and in a targets file, with the list declared. */
function refusals(inner: string, env: Env, declared: readonly string[] = []) {
  const head = declared.length === 0 ? "" : `env: [${declared.join(", ")}]\n`;
  const filled = ref(inner);
  return {
    scenario: refusal(() => planScenario("a.yaml", scenario(filled, head), { env, set: [] })),
    set: refusal(() =>
      planScenario("a.yaml", scenario("t", head), { env, set: [`title="${filled}"`] }),
    ),
    targets: refusal(() => parseTargets("t.yaml", targets(filled, head), env)),
  };
}

const SECRET_NAMES = [
  "AWS_SECRET_ACCESS_KEY",
  "AWS_ACCESS_KEY_ID",
  "AWS_SESSION_TOKEN",
  "AWS_SECURITY_TOKEN",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN",
  "MINIO_ROOT_PASSWORD",
  "GITHUB_TOKEN",
  "GH_PAT",
  "NPM_AUTH",
  "PGPASSWORD",
  "MYSQL_PWD",
  "DB_PASS",
  "DATABASE_DSN",
  "AZURE_STORAGE_CONNECTION_STRING",
  "AZURE_STORAGE_KEY",
  "AZURE_SAS_URL",
  "SSE_C_KEY",
  "SSE_C_KEY_BASE64",
  "SSH_PRIVATE_KEY",
  "SLACK_WEBHOOK",
  "apiKey",
  "ASSAY_SECRET",
  "ASSAY_API_KEY",
  "ASSAY_TOKEN",
];

describe("what a file may read of the environment", () => {
  it.each(SECRET_NAMES)("refuses %s, declared or not, with or without a default", (name) => {
    const env = { [name]: "S3cr3t-V4lue-of-it" };
    for (const inner of [name, `${name}:-1`]) {
      for (const declared of [[], [name]]) {
        const all = refusals(inner, env, declared);
        for (const message of Object.values(all)) {
          expect(message).toContain(name);
          expect(message).toContain("looks like a credential");
          expect(message).not.toContain("V4lue");
        }
      }
    }
  });

  it.each(["HOME", "AWS_REGION", "FILE_SIZE", "_", "KEYS_PER_PREFIX"])(
    "reads %s where it is declared, and nowhere else",
    (name) => {
      const env = { [name]: "v4lue-1" };
      expect(refusals(name, env, [name])).toEqual({ scenario: null, set: null, targets: null });
      for (const inner of [name, `${name}:-1`]) {
        for (const message of Object.values(refusals(inner, env, ["OTHER"]))) {
          expect(message).toContain(`${name} is not declared`);
          expect(message).not.toContain("v4lue");
        }
      }
    },
  );

  it("reads what begins with ASSAY_ without a declaration, the whole name as it is written", () => {
    const env = { ASSAY_NAME: "v", assay_name: "w", XASSAY_NAME: "x" };
    expect(refusals("ASSAY_NAME", env)).toEqual({ scenario: null, set: null, targets: null });
    expect(refusals("assay_name", env).scenario).toContain("not declared");
    expect(refusals("XASSAY_NAME", env).targets).toContain("not declared");
  });

  it("refuses the value of a credential under another name, and typed in", () => {
    const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    const env = { AWS_SECRET_ACCESS_KEY: secret, ASSAY_NOTE: `see ${secret}!` };
    const typed = refusal(() => planScenario("a.yaml", scenario(secret), { env, set: [] }));
    for (const message of [...Object.values(refusals("ASSAY_NOTE", env)), typed]) {
      expect(message).toContain(
        "contains the value of the environment variable AWS_SECRET_ACCESS_KEY",
      );
      expect(message).not.toContain(secret.slice(0, 8));
    }
  });

  it("takes neither a list nor a name in it that is none", () => {
    const said = (head: string) =>
      refusal(() => planScenario("a.yaml", scenario("t", head), { env: {}, set: [] })) ?? "";
    expect(said("env: FILE_SIZE\n")).toContain("`env`: expected a list");
    expect(said("env: [1A]\n")).toContain("expected the name of an environment variable");
    expect(said(`env: ["${ref("ASSAY_X")}"]\n`)).toContain("ASSAY_X is not set");
    expect(said("env: [AWS_SESSION_TOKEN]\n")).toContain("looks like a credential");
    const set = refusal(() =>
      planScenario("a.yaml", scenario("t"), { env: {}, set: ["env=[HOME]"] }),
    );
    expect(set).toContain("`env` can be set in the file only");
  });

  it("knows the variables of all shipped files as no credentials", () => {
    const names = shippedTexts().flatMap(({ text }) =>
      [...text.matchAll(/\$\{([A-Z_0-9]+)/g)].map(([, name = ""]) => name),
    );
    expect(names.length).toBeGreaterThan(100);
    expect(names.filter(looksSecret)).toEqual([]);
  });
});

interface Shipped {
  readonly file: string;
  readonly text: string;
}

function shippedTexts(): readonly Shipped[] {
  return readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".yaml") && !file.startsWith("claims"))
    .filter((file) => !["instances.yaml", "limits.yaml", "prices.yaml"].includes(file))
    .filter((file) => file !== "claims.yaml" && !file.endsWith("guide.yaml"))
    .map((file) => ({ file, text: readFileSync(new URL(file, FOLDER), "utf8") }));
}

/** A text with one of its values replaced, for each kind of place that has a value. */
function* withOneValue(text: string, seen: Set<string>): Generator<readonly [string, string]> {
  const places: { readonly kind: string; readonly index: number }[] = [];
  let index = 0;
  visit(parseDocument(text), {
    Scalar: (key, _, path) => {
      const names = path.flatMap((node) =>
        typeof node === "object" && "key" in node && isScalar(node.key) ? [node.key.value] : [],
      );
      if (key !== "key" && names[0] !== "env") places.push({ kind: names.join("."), index });
      index++;
    },
  });
  for (const place of places) {
    if (seen.has(place.kind)) continue;
    seen.add(place.kind);
    const document = parseDocument(text);
    let at = 0;
    visit(document, {
      Scalar: (_, node) => {
        if (at === place.index)
          Object.assign(node, { value: ref("ASSAY_V"), type: "QUOTE_DOUBLE" });
        at++;
      },
    });
    yield [place.kind, document.toString()];
  }
}

describe("an error never repeats what the environment filled in", () => {
  // As text, number, size, URL, list, expression: whatever a field takes a value for.
  const values = [
    ["hunter2-Zq9xTr4v", "hunter2-Zq9xTr4v"],
    ["31415926535.75", "31415926535"],
    ["-48151623420", "48151623420"],
    ["98765432123PiB", "98765432123"],
    ["https://user:pA55w0rdXy@host.example/path", "pA55w0rdXy"],
    ["Zq9xT r4vB7 <> (hunter2x) 'A5k'", "(hunter2x)"],
    ["service.p99 < hunter2Zq9x", "hunter2Zq9x"],
    ["Zq9x@Tr4v:hunter2x:1%", "hunter2x"],
  ] as const;
  const pieces = (secret: string) =>
    Array.from({ length: secret.length - 5 }, (_, from) => secret.slice(from, from + 6));
  const seen = new Set<string>();
  const cases = shippedTexts().flatMap(({ file, text }) =>
    [...withOneValue(text, seen)].map(([kind, changed]) => ({ file, kind, changed })),
  );
  // Each place is tried with two of the values, or with all.
  const tried = cases.map((one, index) => ({
    ...one,
    values: values.filter((_, at) => (at + index) % draws(4, 1) === 0),
  }));

  it("is tried at every kind of place of every shipped file", () => {
    expect(cases.length).toBeGreaterThan(100);
  });

  it.each(tried)("$kind of $file", ({ file, changed, ...one }) => {
    for (const [value, secret] of one.values) {
      const env = { ASSAY_V: value };
      const said = refusal(() =>
        file === "targets.example.yaml"
          ? parseTargets(file, changed, env)
          : planScenario(file, changed, { env, set: [] }),
      );
      const told = pieces(secret).filter((piece) => said?.includes(piece));
      expect({ said, told }).toEqual({ said, told: [] });
      expect(said ?? "").not.toMatch(/^\? /);
    }
  });
});
