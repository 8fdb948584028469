import { describe, expect, test } from "vitest";
import { loadCatalogue } from "../../../src/claim/catalogue/catalogue.ts";
import { loadPrices } from "../../../src/cost/prices.ts";
import { agreement } from "../../../src/model/claim/agreement.ts";
import { guideSubject } from "../../../src/report/guide/subject.ts";
import { workloadCharts } from "../../../src/report/guide/view/workloads.ts";
import { renderHtml } from "../../../src/report/html/html.ts";
import { type Block, type Card, type Chart, plain } from "../../../src/report/parts/document.ts";
import { verdictReport } from "../../../src/report/verdict/verdict.ts";
import { listScenarios } from "../../../src/scenario/shipped.ts";
import { guideDocument, guideInput, rich, table } from "./cases.ts";

const CATALOGUE = await loadCatalogue();
const PRICES = await loadPrices();
const SCENARIOS = (await listScenarios()).filter(({ ofGuide }) => ofGuide);
const MADE = rich();
const RICH = guideDocument(CATALOGUE, MADE, PRICES, SCENARIOS);
const INPUT = guideInput(CATALOGUE, MADE, PRICES, SCENARIOS);
const SUBJECT = guideSubject(INPUT);
const VIEW = RICH.view ?? [];

function cardsOf(view: readonly Block[]): readonly Card[] {
  return view.flatMap((one) => (one.kind === "cards" ? one.cards : []));
}

function bulletsOf(blocks: readonly Block[]): readonly Chart[] {
  return blocks.flatMap((one) => (one.kind === "chart" ? [one] : []));
}

describe("the page on the guide", () => {
  test("begins with counts of all statements", () => {
    const [tiles] = VIEW;
    if (tiles?.kind !== "tiles") throw new Error("no tiles");
    const count = (outcome: string) =>
      String(INPUT.verdicts.filter((one) => one.outcome === outcome).length);
    expect(tiles.tiles).toEqual([
      { value: count("supported"), label: "supported", tone: "good" },
      { value: count("refuted"), label: "refuted", tone: "bad" },
      { value: count("inconclusive"), label: "inconclusive", tone: "caveat" },
    ]);
  });

  test("has refuted cards first, then supported, then inconclusive with a remedy", () => {
    const cards = cardsOf(VIEW);
    const rank = { refuted: 0, supported: 1, inconclusive: 2 } as const;
    const ranks = cards.map(({ word }) => rank[word as keyof typeof rank]);
    expect(ranks).toEqual(ranks.toSorted());
    expect(new Set(ranks).size).toBe(3);
    for (const { id, word, blocks } of cards) {
      const settle = INPUT.verdicts.find(({ statement }) => statement === id)?.settle ?? null;
      const text = blocks.flatMap((one) => (one.kind === "paragraph" ? [plain(one.text)] : []));
      const hasRemedy = text.some((one) => one.startsWith("Remedy: "));
      expect(hasRemedy, id).toBe(word === "inconclusive" && settle !== null);
    }
  });

  test("begins a decided card with the claim that decides it", () => {
    for (const { id, word, blocks } of cardsOf(VIEW)) {
      const leading = SUBJECT.judged.find(({ statement }) => statement.id === id)?.leading;
      if (word === "inconclusive" || leading?.verdict.measured == null) continue;
      const [first] = bulletsOf(blocks);
      if (first?.figure.kind !== "bullet") throw new Error(`${id} has no bullet`);
      expect(first.figure.value).toBe(leading.verdict.measured.value);
      expect(plain(first.title)).toMatch(leading.claim.id);
      expect(leading.verdict.outcome).toBe(word);
    }
  });

  test("draws value, interval, figure and tolerance of the verdicts", () => {
    let bullets = 0;
    for (const { id, blocks } of cardsOf(VIEW)) {
      const own = INPUT.verdicts.find(({ statement }) => statement === id)?.verdicts ?? [];
      for (const { figure, title } of bulletsOf(blocks)) {
        if (figure.kind !== "bullet") throw new Error("no bullet");
        const claimId = plain(title).split(": ")[0];
        const claim = CATALOGUE.claims.find((one) => one.id === claimId);
        const verdict = own.find(
          (one) => one.claim === claimId && one.measured?.value === figure.value,
        );
        if (claim === undefined || verdict?.figure == null) throw new Error("no verdict");
        expect([figure.low, figure.high]).toEqual([verdict.measured?.low, verdict.measured?.high]);
        expect([figure.least, figure.most]).toEqual(agreement(claim, verdict.figure));
        expect(figure.figures).toContain(verdict.figure.value ?? verdict.figure.low);
        bullets++;
      }
    }
    expect(bullets).toBeGreaterThan(10);
  });
});

describe("the rest of that page", () => {
  test("folds statements without a measurement, and has each statement once", () => {
    const folds = VIEW.flatMap((one) => (one.kind === "fold" ? one.blocks : []));
    const folded = folds.flatMap((one) => (one.kind === "list" ? one.items.map(plain) : []));
    const ids = [...cardsOf(VIEW).map(({ id }) => id), ...folded.map((one) => one.slice(0, 3))];
    expect(ids.toSorted()).toEqual(CATALOGUE.statements.map(({ id }) => id).toSorted());
  });

  test("draws the workloads by storage with the numbers of the tables", () => {
    const charts = VIEW.flatMap((one) =>
      one.kind === "chart" && one.figure.kind === "dots" ? [one] : [],
    );
    expect(charts.length).toBeGreaterThan(2);
    for (const { id, figure } of charts) {
      if (figure.kind !== "dots") throw new Error("no dots");
      const rows = table(RICH, id.replace("workloads-by-storage", "workloads"));
      for (const { label, points } of figure.rows) {
        const row = rows.find(({ phase }) => phase === label);
        for (const { series, value } of points) {
          expect(row?.[figure.series[series] ?? ""], `${id} ${label}`).toBe(value);
        }
      }
    }
  });

  test("compares only workloads without caveats, and draws the others hollow", () => {
    const reading = (grid: typeof SUBJECT.grid): string =>
      plain(workloadCharts(grid)[0]?.reading ?? "");
    const widest = /^Largest difference: ([\w-]+ [\w-]+),/.exec(reading(SUBJECT.grid))?.[1] ?? "";
    expect(widest).not.toBe("");
    const rows = SUBJECT.grid.rows.map((row) => {
      if (`${row.scenario} ${row.phase}` !== widest) return row;
      const warned = row.cells.map((cells) =>
        cells.map((one) => ({ ...one, caveats: ["errors"] as const })),
      );
      return { ...row, cells: warned };
    });
    const grid = { ...SUBJECT.grid, rows };
    expect(reading(grid)).not.toContain(`Largest difference: ${widest}`);
    expect(reading(grid)).toContain("Hollow: with a caveat, so not comparable.");
    const [chart] = workloadCharts(grid);
    if (chart?.figure.kind !== "dots") throw new Error("no dots");
    const points = chart.figure.rows.find(({ label }) => label === widest)?.points ?? [];
    expect(points.map(({ hasCaveat }) => hasCaveat)[0]).toBe(true);
    const svg = (of: typeof SUBJECT.grid): number =>
      renderHtml({ ...RICH, view: workloadCharts(of).slice(0, 1) }).match(/stroke-width="1.5"/g)
        ?.length ?? 0;
    expect(svg(grid)).toBeGreaterThan(svg(SUBJECT.grid));
  });

  test("draws the cost per delivered unit of the table, the cheapest first", () => {
    const costs = table(RICH, "costs-month");
    for (const [id, key] of [
      ["cost-iops", "usd_per_month_per_thousand_iops"],
      ["cost-throughput", "usd_per_month_per_mb_per_second"],
    ] as const) {
      const chart = VIEW.find((one) => one.kind === "chart" && one.id === id);
      if (chart?.kind !== "chart" || chart.figure.kind !== "bars") throw new Error("no bars");
      const values = chart.figure.bars.map(({ value }) => value);
      const known = costs.map((row) => row[key]).filter((one) => typeof one === "number");
      expect(values).toEqual(known.toSorted((one, other) => Number(one) - Number(other)));
      expect(values.length).toBeGreaterThan(0);
    }
  });

  test("has at most 150 KB", () => {
    expect(Buffer.byteLength(renderHtml(RICH))).toBeLessThanOrEqual(150e3);
  });
});

test("the page of verify has the same cards for claims, refuted first", () => {
  const judged = INPUT.verdicts
    .flatMap(({ verdicts }) => verdicts)
    .flatMap((verdict) =>
      CATALOGUE.claims
        .filter(({ id }) => id === verdict.claim)
        .map((claim) => ({ claim, verdict })),
    );
  const { view = [] } = verdictReport(judged, INPUT.runs);
  const cards = cardsOf(view);
  expect(cards[0]).toMatchObject({ word: "refuted", tone: "bad" });
  const drawn = cards.flatMap(({ id, blocks }) =>
    bulletsOf(blocks).map(({ figure }) => ({ id, figure })),
  );
  expect(drawn.length).toBeGreaterThan(10);
  for (const { id, figure } of drawn) {
    if (figure.kind !== "bullet") throw new Error("no bullet");
    const own = judged.filter(({ claim }) => claim.id === id);
    expect(own.map(({ verdict }) => verdict.measured?.value)).toContain(figure.value);
  }
  const html = renderHtml(verdictReport(judged, INPUT.runs));
  expect(html).toMatch(/<span class="sign">✕<\/span> refuted/);
});
