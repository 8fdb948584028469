import { constants } from "node:os";
import { getSystemErrorMap } from "node:util";
import { describe, expect, test } from "vitest";
import { errnoMeaning, errnoName, knownErrors } from "../../../src/model/fault/errno.ts";
import { codeOf, machineReason, messageOf } from "../../../src/model/fault/errors.ts";
import {
  explain,
  explanationOf,
  isHostLimit,
  systemError,
} from "../../../src/model/fault/system-error.ts";

/** The two numbers that Linux does not use, as they are names of EAGAIN and EDEADLK. */
const UNUSED = new Set([41, 58]);
const NUMBERS = Array.from({ length: 133 }, (_, index) => index + 1).filter(
  (number) => !UNUSED.has(number),
);

describe.skipIf(process.platform !== "linux")("names of Linux errors", () => {
  test("each number of the kernel's own list has one name and a meaning", () => {
    expect(NUMBERS.map(errnoName).filter((name) => !/^E[A-Z0-9]+$/.test(name))).toEqual([]);
    expect(new Set(NUMBERS.map(errnoName)).size).toBe(NUMBERS.length);
    for (const number of NUMBERS) expect(errnoMeaning(number)).not.toBeNull();
    expect(errnoName(4095)).toBe("errno 4095");
    expect(errnoMeaning(4095)).toBeNull();
  });

  test("names are those of Node and libuv wherever they have one", () => {
    for (const [name, number] of Object.entries(constants.errno)) {
      const aliases: readonly string[] = ["EWOULDBLOCK", "EOPNOTSUPP"];
      if (!aliases.includes(name)) expect(errnoName(number)).toBe(name);
    }
    for (const [number, [name]] of getSystemErrorMap()) {
      if (number > -512) expect(errnoName(-number)).toBe(name);
    }
  });

  test.each(knownErrors())("$name is named where Node has only its number", ({ name, number }) => {
    const text = `Unknown system error -${number}`;
    const thrown = Object.assign(new Error(`${text}: ${text}, stat '/mnt/a'`), {
      code: text,
      errno: -number,
      syscall: "stat",
      path: "/mnt/a",
    });
    expect(codeOf(thrown)).toBe(name);
    expect(messageOf(thrown)).toBe(`${name}: ${errnoMeaning(number)}, stat '/mnt/a'`);
    const reason = machineReason(thrown) ?? "";
    expect(reason).toContain(name);
    expect(reason).not.toContain("Unknown system error");
  });
});

test.each([
  ...["ESTALE", "EREMOTEIO", "ENOTCONN", "EUCLEAN", "ENOLCK", "ETIMEDOUT", "EDQUOT", "EIO"],
  ...["EKEYREJECTED", "EKEYEXPIRED", "ENOTUNIQ", "ESHUTDOWN", "EHOSTDOWN", "EBADMSG", "EJUKEBOX"],
  ...["ENOSPC", "EROFS", "EACCES", "EPERM", "EFBIG", "ENXIO", "ENODEV", "ENOTSUP", "EBUSY"],
  ...["EMFILE", "ENFILE", "ENOMEM", "ENOBUFS", "EADDRNOTAVAIL"],
])("%s has a cause and a remedy", (code) => {
  expect(explanationOf(code)?.remedy).toMatch(/^[a-z].{10,}/);
  expect(explain(code)).toMatch(new RegExp(`^[a-z].*\\(${code}\\); .`));
});

test("distinguishes host limits from storage errors", () => {
  const limits = knownErrors().filter(({ name }) => isHostLimit(name));
  expect(limits.map(({ name }) => name).sort()).toEqual(
    ["EADDRNOTAVAIL", "EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"].sort(),
  );
});

test.each([
  [new Error("Worker initialization failure: EMFILE"), /ulimit -n/],
  [new Error(", Unknown error: Too many open files '/mnt/x'"), /ulimit -n/],
  [new Error("open: Too many open files in system"), /fs\.file-max/],
  [new Error("Worker initialization failure: EAGAIN"), /ulimit -u/],
  [Object.assign(new Error("spawn blkid EAGAIN"), { syscall: "spawn" }), /ulimit -u/],
  [new RangeError("WebAssembly.Memory(): could not allocate memory"), /ulimit -v/],
  [new RangeError("Array buffer allocation failed"), /ulimit -v/],
  [systemError("io_uring_enter", constants.errno.ENOMEM), /ulimit -v/],
  [systemError("io_uring_enter", constants.errno.EIO), /^EIO: .*io_uring_enter; look at/],
])("%s is the machine's, with the limit by name", (error, sentence) => {
  expect(machineReason(error)).toMatch(sentence);
});

test("an error that no system call caused stays a defect", () => {
  expect(machineReason(new TypeError("x is not a function"))).toBeNull();
});
