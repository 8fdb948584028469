import { expect, test } from "vitest";
import { loadScenario } from "../../../src/scenario/index.ts";
import { resolveScenario } from "../../../src/scenario/shipped.ts";

test("the workload of versions puts new objects too, as many and as large", async () => {
  const file = await resolveScenario("versioned-artifacts");
  const plan = await loadScenario(file, { env: {}, set: [] });
  const phases = plan.phases.filter(({ mix }) =>
    ["create", "createVersion"].includes(mix[0]?.operation ?? ""),
  );
  expect(phases).toHaveLength(2);
  const [fresh, further] = phases.map(({ dataset, workers, queueDepth }) => {
    const found = plan.datasets.find(({ name }) => name === dataset);
    return { count: found?.count, size: found?.size, workers, queueDepth };
  });
  expect(fresh).toEqual(further);
});
