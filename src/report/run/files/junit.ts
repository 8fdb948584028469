import type { ThresholdOutcome } from "../../../model/plan/threshold.ts";
import { printableLines } from "../../../model/printable.ts";
import type { Run } from "../../../model/run/run.ts";
import { metRemarks, thresholdSentence, thresholdValue } from "../words/threshold.ts";

/** A run that did not begin: there is nothing stored of it, but a report must not pass it by. */
export interface Unbegun {
  /** `skipped`: the scenario is not for such a target, so that nothing is wrong. */
  readonly state: "refused" | "skipped";
  readonly scenario: string;
  readonly target: string;
  readonly at: Date;
  readonly reason: string;
}

interface Case {
  readonly name: string;
  readonly className: string;
  /** The element inside, if any, as XML. */
  readonly inside: string;
  readonly kind: "passed" | "failure" | "error" | "skipped";
}

interface Suite {
  readonly name: string;
  readonly startedAt: string;
  readonly seconds: number;
  readonly properties: Readonly<Record<string, string>>;
  readonly cases: readonly Case[];
  /** Lines about cases that passed, of which a reader should know. */
  readonly remarks: readonly string[];
}

/**
 * JUnit XML, as continuous integration reads it: a suite a scenario and target, a case a threshold.
 * Attributes and order are those of the Ant task's schema (junit-team's and Jenkins' readers accept
 * it, too). A run without thresholds is a case of its own, and so is one that did not complete.
 */
export function junitXml(runs: readonly Run[], unbegun: readonly Unbegun[]): string {
  const suites = [...runs.map(suiteOf), ...unbegun.map(suiteOfUnbegun)];
  const body = suites.map((suite, index) => suiteXml(suite, index));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<testsuites>",
    ...body,
    "</testsuites>",
    "",
  ].join("\n");
}

function suiteOf(run: Run): Suite {
  const name = `${run.plan.name} on ${run.target.name}`;
  const outcomes = run.thresholds ?? [];
  const end = run.endedAt === null ? run.startedAt : run.endedAt;
  const whole = outcomes.length === 0 || run.state !== "complete" ? [wholeRun(run, name)] : [];
  return {
    name,
    startedAt: run.startedAt,
    seconds: Math.max(0, Date.parse(end) - Date.parse(run.startedAt)) / 1000,
    properties: { run: run.id, planHash: run.planHash, assayVersion: run.assayVersion },
    cases: [...whole, ...outcomes.map((outcome) => caseOf(outcome, name))],
    remarks: metRemarks(outcomes),
  };
}

function suiteOfUnbegun({ state, scenario, target, at, reason }: Unbegun): Suite {
  const name = `${scenario} on ${target}`;
  const whole =
    state === "skipped"
      ? skippedCase("the run completes", name, reason)
      : runCase(name, element("error", { message: reason, type: state }, ""));
  return {
    name,
    startedAt: at.toISOString(),
    seconds: 0,
    properties: {},
    cases: [whole],
    remarks: [],
  };
}

function wholeRun({ state, reason }: Run, className: string): Case {
  if (state === "complete") return runCase(className, "");
  const message = `the run is ${state}${reason === null ? "" : `: ${reason}`}`;
  return runCase(className, element("error", { message, type: state }, ""));
}

function runCase(className: string, inside: string): Case {
  return { name: "the run completes", className, inside, kind: inside === "" ? "passed" : "error" };
}

function skippedCase(name: string, className: string, message: string): Case {
  return { name, className, inside: element("skipped", { message }, ""), kind: "skipped" };
}

function caseOf(outcome: ThresholdOutcome, className: string): Case {
  const { phase, text, state, reason, unit, bound } = outcome;
  const named = { name: `${phase}: ${text}`, className };
  if (state === "met") return { ...named, inside: "", kind: "passed" };
  if (state === "unjudged") return skippedCase(named.name, className, reason ?? "");
  const attributes = { message: thresholdSentence(outcome), type: "threshold" };
  const held = bound === null ? "" : `held against ${thresholdValue(bound, unit)}`;
  return { ...named, inside: element("failure", attributes, held), kind: "failure" };
}

function suiteXml(
  { name, startedAt, seconds, properties, cases, remarks }: Suite,
  id: number,
): string {
  const count = (kind: Case["kind"]): string =>
    String(cases.filter((one) => one.kind === kind).length);
  const attributes = {
    id: String(id),
    name,
    package: "assay",
    // The schema wants an instant without a zone; readers take it for UTC.
    timestamp: startedAt.slice(0, 19),
    hostname: "localhost",
    tests: String(cases.length),
    failures: count("failure"),
    errors: count("error"),
    skipped: count("skipped"),
    time: seconds.toFixed(3),
  };
  const listed = Object.entries(properties).map(([key, value]) =>
    element("property", { name: key, value }, ""),
  );
  const inside = [
    listed.length === 0 ? "<properties/>" : `<properties>${listed.join("")}</properties>`,
    ...cases.map((one) => caseXml(one)),
    element("system-out", {}, remarks.join("\n")),
    "<system-err/>",
  ];
  return `<testsuite${attributesXml(attributes)}>\n${inside.join("\n")}\n</testsuite>`;
}

function caseXml({ name, className, inside }: Case): string {
  const attributes = attributesXml({ name, classname: className, time: "0" });
  return inside === "" ? `<testcase${attributes}/>` : `<testcase${attributes}>${inside}</testcase>`;
}

function element(tag: string, attributes: Readonly<Record<string, string>>, text: string): string {
  const open = `<${tag}${attributesXml(attributes)}`;
  return text === "" ? `${open}/>` : `${open}>${escaped(text)}</${tag}>`;
}

function attributesXml(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escaped(value)}"`)
    .join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
  "\t": "&#9;",
};

/** Text for XML 1.0, which has no control characters and no halves of surrogate pairs at all. */
function escaped(text: string): string {
  return printableLines(text)
    .replace(/[&<>"\n\t]/g, (sign) => ENTITIES[sign] ?? sign)
    .replace(/[\ufffe\uffff]/gu, "\ufffd");
}
