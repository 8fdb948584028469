import { describe, expect, test } from "vitest";
import { loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { differencesOf } from "../../../src/claim/evidence/alike.ts";
import { evidenceOf } from "../../../src/claim/evidence/evidence.ts";
import type { Run } from "../../../src/model/run/run.ts";
import { madeRun } from "../../truth/made-storage.ts";
import { TARGET } from "../example.ts";

const made = (name: string, seed: number, instance = TARGET.instance): Run =>
  madeRun({ ...TARGET, name, instance } as never, [{ seconds: 5, rate: 1000 }], { seed }).run;

function differing(one: Run, other: Run): readonly string[] {
  const [of, over] = evidenceOf([one, other]);
  if (of === undefined || over === undefined) throw new Error("two phases were made");
  return differencesOf({ varies: [] }, of, over).map(({ property }) => property);
}

const withMount = (run: Run, mount: Run["environment"]["mount"]): Run => ({
  ...run,
  target: { ...run.target, address: { kind: "path", path: `/${run.target.name}` } },
  environment: { ...run.environment, mount },
});

describe("what a run does not record", () => {
  const mount = { mountPoint: "/", source: "x", type: "btrfs", options: [], deviceNumber: "1:1" };

  test.each([
    ["one side", mount, null],
    ["both sides", null, null],
  ])("differs from everything: the file system of %s", (_, first, second) => {
    const runs = [withMount(made("a", 1), first), withMount(made("b", 2), second)] as const;
    expect(differing(...runs)).toContain("fileSystem");
    const same = [withMount(made("a", 1), mount), withMount(made("b", 2), mount)] as const;
    expect(differing(...same)).not.toContain("fileSystem");
  });
});

describe("a host of which two targets declare different facts", () => {
  const type = { ...TARGET.instance, type: "m6a.48xlarge" };

  test("is one host where both agree on what both know", () => {
    const network = { type: "m6a.48xlarge", networkBaselineBytesPerSecond: 5e9 };
    expect(differing(made("a", 1, type), made("b", 2, network as never))).not.toContain("host");
  });

  test("is another host where they do not", () => {
    const other = { ...type, type: "m7i.large" };
    expect(differing(made("a", 1, type), made("b", 2, other))).toContain("host");
  });
});

test("the remedy of every statement that no run speaks to names what it needs", async () => {
  const { statementVerdict } = await import("../../../src/claim/verdict/statement-verdict.ts");
  const { statements } = await loadCatalogue();
  for (const one of statements) {
    const { reason, settle } = statementVerdict(one, []);
    if (reason.code === "no-run") expect(settle).toContain(one.needs.replace(/\.$/, ""));
  }
});
