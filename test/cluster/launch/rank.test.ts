import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NUMBERINGS, type Place, placeOf } from "../../../src/cluster/launch/rank.ts";
import { EXIT } from "../../../src/model/fault/errors.ts";

type Variables = Readonly<Record<string, string>>;

/** Environments as the launchers set them. */
const CASES: readonly (readonly [string, Variables, Place | null])[] = [
  [
    "a task of srun",
    { SLURM_JOB_ID: "7", SLURM_STEP_ID: "0", SLURM_PROCID: "2", SLURM_NTASKS: "3" },
    { launcher: "slurm", rank: 2, size: 3, attempt: 0 },
  ],
  [
    "a task of srun in a job that was requeued twice",
    { SLURM_STEP_ID: "4", SLURM_PROCID: "0", SLURM_NTASKS: "1", SLURM_RESTART_COUNT: "2" },
    { launcher: "slurm", rank: 0, size: 1, attempt: 2 },
  ],
  ["the script of sbatch", { SLURM_JOB_ID: "7", SLURM_PROCID: "0", SLURM_NTASKS: "3" }, null],
  [
    "the shell of salloc in an interactive step",
    { SLURM_STEP_ID: "4294967290", SLURM_PROCID: "0", SLURM_NTASKS: "3" },
    null,
  ],
  [
    "mpirun, whose daemon was started by srun",
    {
      ...{ SLURM_STEP_ID: "0", SLURM_PROCID: "0", SLURM_NTASKS: "2" },
      ...{ OMPI_COMM_WORLD_RANK: "1", OMPI_COMM_WORLD_SIZE: "3" },
    },
    { launcher: "openmpi", rank: 1, size: 3, attempt: 0 },
  ],
  ["MPICH", { PMI_RANK: "5", PMI_SIZE: "8" }, { launcher: "pmi", rank: 5, size: 8, attempt: 0 }],
  [
    "a pod of an Indexed Job",
    { JOB_COMPLETION_INDEX: "11" },
    { launcher: "kubernetes", rank: 11, size: null, attempt: 0 },
  ],
  [
    "a node of a multi-node job of Batch",
    {
      ...{ AWS_BATCH_JOB_NODE_INDEX: "1", AWS_BATCH_JOB_NUM_NODES: "4" },
      ...{ AWS_BATCH_JOB_MAIN_NODE_INDEX: "0", AWS_BATCH_JOB_ATTEMPT: "1" },
    },
    { launcher: "batch", rank: 1, size: 4, attempt: 0 },
  ],
  [
    "a child of an array job of Batch, started again",
    {
      ...{ AWS_BATCH_JOB_ARRAY_INDEX: "9", AWS_BATCH_JOB_ARRAY_SIZE: "10" },
      ...{ AWS_BATCH_JOB_ATTEMPT: "3" },
    },
    { launcher: "batch-array", rank: 9, size: 10, attempt: 2 },
  ],
  [
    "a task of ECS",
    { ECS_CONTAINER_METADATA_URI_V4: "http://169.254.170.2/v4/1", AWS_EXECUTION_ENV: "AWS_ECS" },
    null,
  ],
  ["a job of Batch without an index", { AWS_BATCH_JOB_ID: "j", AWS_BATCH_JOB_ATTEMPT: "1" }, null],
  ["a login shell", { HOME: "/root", PATH: "/bin" }, null],
];

/** A step of srun, without which the variables of Slurm do not count. */
const STEP = { SLURM_STEP_ID: "0" };

describe("the place of an agent", () => {
  test.each(CASES)("of %s", (_, env, place) => {
    expect(placeOf(env)).toEqual(place);
  });

  test.each([
    [
      { JOB_COMPLETION_INDEX: "x" },
      'JOB_COMPLETION_INDEX: expected an integer of 0 or more, got "x"',
    ],
    [
      { JOB_COMPLETION_INDEX: "" },
      'JOB_COMPLETION_INDEX: expected an integer of 0 or more, got ""',
    ],
    [{ PMI_RANK: "8", PMI_SIZE: "8" }, 'PMI_RANK: expected an integer from 0 to 7, got "8"'],
    [{ PMI_RANK: "-1", PMI_SIZE: "8" }, 'PMI_RANK: expected an integer from 0 to 7, got "-1"'],
    [{ PMI_RANK: "0", PMI_SIZE: "0" }, 'PMI_SIZE: expected an integer of 1 or more, got "0"'],
    [
      { ...STEP, SLURM_PROCID: "0", SLURM_NTASKS: "2", SLURM_RESTART_COUNT: "1.5" },
      'SLURM_RESTART_COUNT: expected an integer of 0 or more, got "1.5"',
    ],
    [
      { AWS_BATCH_JOB_ARRAY_INDEX: "0", AWS_BATCH_JOB_ATTEMPT: "0" },
      'AWS_BATCH_JOB_ATTEMPT: expected an integer of 1 or more, got "0"',
    ],
  ])("is refused for %j", (env, message) => {
    expect(() => placeOf(env)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message), exitCode: EXIT.usage }),
    );
  });
});

describe("the place of an agent in any environment", () => {
  test("never throws anything but the name and value of a variable that is set", () => {
    const names = NUMBERINGS.flatMap(({ rank, size, attempt }) => [rank, size, attempt]).filter(
      (name) => name !== undefined,
    );
    const value = fc.oneof(
      fc.integer({ min: -2, max: 12 }).map(String),
      fc.constantFrom("", " 1", "1e1", "0x1", "4294967290", "Infinity", "\u001b[2J"),
    );
    const variables = fc.uniqueArray(fc.constantFrom(...names, "SLURM_STEP_ID"));
    const environments = variables.chain((chosen) =>
      fc.record(Object.fromEntries(chosen.map((name) => [name, value]))),
    );
    fc.assert(
      fc.property(environments, (env: NodeJS.ProcessEnv) => {
        let place: Place | null;
        try {
          place = placeOf(env);
        } catch (error) {
          const [, name = "", shown = ""] = /variable (\w+): .*"(.*)"/.exec(String(error)) ?? [];
          expect(error).toMatchObject({ exitCode: EXIT.usage });
          expect(names).toContain(name);
          expect(shown).toBe(env[name]?.replace("\u001b", "\\x1b"));
          return;
        }
        if (place === null) {
          const ranks = NUMBERINGS.filter(({ rank }) => env[rank] !== undefined);
          expect(ranks.map(({ launcher }) => launcher).filter((one) => one !== "slurm")).toEqual(
            [],
          );
          return;
        }
        const { launcher, rank, size, attempt } = place;
        const numbering = NUMBERINGS.find((one) => one.launcher === launcher);
        expect(rank).toBe(Number(env[numbering?.rank ?? ""]));
        expect(rank).toBeGreaterThanOrEqual(0);
        expect(rank).toBeLessThan(size ?? Number.POSITIVE_INFINITY);
        expect(size).toBe(numbering?.size === undefined ? null : numberOf(env[numbering.size]));
        expect(attempt).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test("is a different rank for each of N agents, whatever else is set", () => {
    const launchers = fc.constantFrom(...NUMBERINGS);
    const others = fc.dictionary(fc.constantFrom("HOME", "HOSTNAME", "RANK"), fc.string());
    fc.assert(
      fc.property(launchers, others, fc.integer({ min: 1, max: 20 }), (numbering, rest, size) => {
        const ranks = Array.from({ length: size }, (_, rank) => {
          const named = numbering.size === undefined ? {} : { [numbering.size]: String(size) };
          return placeOf({ ...rest, ...STEP, ...named, [numbering.rank]: String(rank) });
        });
        expect(ranks.map((place) => place?.rank)).toEqual([...ranks.keys()]);
        expect(new Set(ranks.map((place) => place?.launcher))).toEqual(
          new Set([numbering.launcher]),
        );
      }),
    );
  });
});

function numberOf(value: string | undefined): number | null {
  return value === undefined ? null : Number(value);
}
