/** One process of a soak: a scenario that lasts `minutes` on one target, at a low load. */
export interface SoakCell {
  readonly name: string;
  readonly target: "null" | "minio";
  /** YAML text of the scenario. */
  scenario(minutes: number): string;
}

/** Length of a repetition: short, so that an hour opens and closes everything many times. */
const REPETITION_SECONDS = 10;
/** Time to open and close a repetition on a busy host. */
const BETWEEN_SECONDS = 1;

/**
 * Both shapes on both targets: one long phase shows growth over time, and many short phases show
 * what each leaves behind (threads, sockets, descriptors, sessions).
 */
export const SOAK_CELLS: readonly SoakCell[] = [
  { name: "null-one-phase", target: "null", scenario: onePhase },
  { name: "null-repetitions", target: "null", scenario: blockRepetitions },
  { name: "minio-one-phase", target: "minio", scenario: mixPhase },
  { name: "minio-repetitions", target: "minio", scenario: objectRepetitions },
];

function onePhase(minutes: number): string {
  return scenario("null-one-phase", 1, "data: { count: 4, size: 64MiB }", [
    `{ name: read, operation: read, access: random, blockSize: 4KiB, rate: 1000/s, ` +
      `duration: ${minutes}m }`,
  ]);
}

function mixPhase(minutes: number): string {
  return scenario("minio-one-phase", 1, "data: { count: 200, size: 16KiB }", [
    `{ name: mix, mix: { fetch: 50, stat: 20, create: 20, delete: 10 }, rate: 40/s, ` +
      `duration: ${minutes}m }`,
  ]);
}

function blockRepetitions(minutes: number): string {
  const shape = `access: random, blockSize: 4KiB, rate: 500/s, duration: ${REPETITION_SECONDS}s`;
  return scenario(
    "null-repetitions",
    repetitionsOf(minutes, 2),
    "data: { count: 4, size: 64MiB }",
    ["read", "write"].map(
      (operation) => `{ name: ${operation}, operation: ${operation}, ${shape} }`,
    ),
  );
}

function objectRepetitions(minutes: number): string {
  const shape = `rate: 20/s, duration: ${REPETITION_SECONDS}s`;
  return scenario(
    "minio-repetitions",
    repetitionsOf(minutes, 3),
    "data: { count: 50, size: 16KiB }",
    [
      `{ name: wire, operation: fetch, engine: s3-wire, ${shape} }`,
      `{ name: sdk, operation: fetch, engine: s3-sdk, ${shape} }`,
      `{ name: churn, mix: { create: 60, delete: 40 }, engine: s3-wire, ${shape} }`,
    ],
  );
}

/** Number of repetitions that fill the time. */
function repetitionsOf(minutes: number, phases: number): number {
  return Math.max(
    1,
    Math.round((minutes * 60) / (phases * (REPETITION_SECONDS + BETWEEN_SECONDS))),
  );
}

function scenario(
  name: string,
  repetitions: number,
  dataset: string,
  phases: readonly string[],
): string {
  return [
    `name: soak-${name}`,
    `repetitions: ${repetitions}`,
    `datasets: { ${dataset} }`,
    "defaults: { workers: 2, queueDepth: 4, warmup: 0s }",
    "phases:",
    ...phases.map((phase) => `  - ${phase}`),
    "",
  ].join("\n");
}
