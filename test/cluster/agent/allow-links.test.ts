import { mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseAllow, refusalOf } from "../../../src/cluster/agent/allow.ts";
import { directorySpec, scratch } from "../../storage/support.ts";

/** A directory that is allowed and another one. */
function place() {
  const root = scratch();
  const inside = join(root, "efs");
  const outside = join(root, "efs2");
  for (const folder of [inside, outside, join(inside, "sub")]) mkdirSync(folder);
  const allow = parseAllow([inside]);
  return { root, inside, outside, allow };
}

function outsideOf(path: string): string {
  return `${path} is not in a directory that --allow names, because`;
}

function use(path: string): string {
  return `start the agent with \`--allow ${path}\`, or use another target`;
}

describe("a refused link", () => {
  test("is named with its real path, also if it is on the way", () => {
    const { inside, outside, allow } = place();
    const link = join(inside, "sub", "link");
    symlinkSync("../../efs2", link);
    const refusal = (path: string) => refusalOf(allow, directorySpec(path));
    expect(refusal(link)).toBe(`${outsideOf(link)} it leads to ${outside}; ${use(outside)}`);
    expect(refusal(`${link}/`)).toBe(
      `${outsideOf(`${link}/`)} it leads to ${outside}; ${use(outside)}`,
    );
    const below = join(link, "a", "b");
    expect(refusal(below)).toBe(
      `${outsideOf(below)} ${link} leads to ${outside}; ${use(join(outside, "a", "b"))}`,
    );
  });

  test("is named with its end if that does not exist", () => {
    const { root, inside, allow } = place();
    symlinkSync(join(root, "none"), join(inside, "dangling"));
    symlinkSync("loop", join(inside, "loop"));
    for (const [name, end] of [
      ["dangling", join(root, "none")],
      ["loop", join(inside, "loop")],
    ] as const) {
      const path = join(inside, name);
      expect(refusalOf(allow, directorySpec(path))).toBe(
        `${outsideOf(path)} it leads to ${end}, which does not exist or cannot be followed; ` +
          "correct the link, or use another target",
      );
    }
  });

  test("is named if it replaced a directory or a link that --allow names", () => {
    const { root, inside, outside } = place();
    const current = join(root, "current");
    symlinkSync(inside, current);
    const allow = parseAllow([current]);
    for (const name of [inside, current]) {
      renameSync(name, `${name}.old`);
      symlinkSync(outside, name);
      expect(refusalOf(allow, directorySpec(name))).toBe(
        `${outsideOf(name)} it leads to ${outside}; ${use(outside)}`,
      );
    }
  });

  test("is not followed outside of them: a refusal does not describe the host", () => {
    const { root, outside, allow } = place();
    const [link, path] = [join(root, "link"), join(outside, "none")];
    symlinkSync(outside, link);
    for (const one of [link, path]) {
      expect(refusalOf(allow, directorySpec(one))).toBe(
        `${one} is not in a directory that --allow names; ${use(one)}`,
      );
    }
  });
});

test("a refused link of a device is named with its device, in /dev only", () => {
  const { root, allow } = place();
  const link = `/dev/shm/assay-${process.pid}`;
  const refusal = (path: string) => {
    const address = { kind: "device", path, writable: true } as const;
    return refusalOf(allow, { name: "d", kind: "block-device", address, provisioned: {} });
  };
  symlinkSync("/dev/null", link);
  onTestFinished(() => rmSync(link));
  symlinkSync("/dev/null", join(root, "disk"));
  const reason = "is not a block device that --allow names";
  expect(refusal(link)).toBe(`${link} ${reason}, because it leads to /dev/null; ${use(link)}`);
  expect(refusal(join(root, "disk"))).toContain(`disk ${reason}; start`);
});
