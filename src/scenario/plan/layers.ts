import type { z } from "zod";
import { salvage } from "../../yaml/problems.ts";
import { locate, type Path, type Position, valueAt, type YamlSource } from "../../yaml/yaml.ts";
import type { Field, SettingsText } from "../schema/settings.ts";

/** Fields that end a phase. */
export const LIMIT_FIELDS = ["duration", "until", "totalBytes", "operations", "epochs"] as const;

/** Fields that exclude each other in a phase, and their common purpose. */
const EXCLUSIVE_FIELDS: readonly {
  readonly fields: readonly Field[];
  readonly words: string;
}[] = [
  { fields: LIMIT_FIELDS, words: "end the phase" },
  { fields: ["operation", "mix"], words: "set the operations" },
  { fields: ["rate", "find"], words: "set the load" },
];

/** The fields that a value of `field` replaces. */
export function exclusiveFields(field: string): readonly Field[] {
  const group = EXCLUSIVE_FIELDS.find(({ fields }) => fields.some((member) => member === field));
  return group?.fields.filter((member) => member !== field) ?? [];
}

/** Settings from one part of the input. */
export interface SettingsLayer {
  readonly values: SettingsText;
  /** Fields with an invalid value. */
  readonly broken: ReadonlySet<string>;
  readonly places: Readonly<Record<string, Position>>;
}

/** Settings of one phase, merged from all layers. */
export interface MergedSettings extends SettingsLayer {
  /** Pairs of exclusive fields in one layer, and their common purpose. */
  readonly conflicts: readonly {
    readonly field: Field;
    readonly other: Field;
    readonly words: string;
  }[];
}

export const EMPTY_LAYER: SettingsLayer = { values: {}, broken: new Set(), places: {} };

/** Reads the settings at a path of a source. */
export function layerAt(
  source: YamlSource,
  path: Path,
  schema: z.ZodType<SettingsText>,
): SettingsLayer {
  const input = valueAt(source.value, path);
  const { value, broken } = salvage(schema, input);
  const places = Object.keys(Object(input)).map((key): [string, Position] => [
    key,
    locate(source, [...path, key], "value"),
  ]);
  return { values: value ?? {}, broken, places: Object.fromEntries(places) };
}

/** Removes fields from a layer. */
export function withoutFields(layer: SettingsLayer, fields: readonly string[]): SettingsLayer {
  const keep = ([key]: [string, unknown]) => !fields.includes(key);
  return {
    values: Object.fromEntries(Object.entries(layer.values).filter(keep)),
    broken: new Set([...layer.broken].filter((field) => !fields.includes(field))),
    places: Object.fromEntries(Object.entries(layer.places).filter(keep)),
  };
}

/** Merges layers, highest priority first. A field replaces the exclusive fields of later layers. */
export function mergeLayers(layers: readonly SettingsLayer[]): MergedSettings {
  let values: SettingsText = {};
  const broken = new Set<string>();
  const places: Record<string, Position> = {};
  const conflicts: MergedSettings["conflicts"][number][] = [];
  for (const layer of layers) {
    const taken = new Set(Object.keys(places));
    const fields = Object.keys(layer.places).filter(
      (field) => !taken.has(field) && !exclusiveFields(field).some((other) => taken.has(other)),
    );
    const gained = Object.entries(layer.values).filter(([field]) => fields.includes(field));
    values = { ...values, ...Object.fromEntries(gained) };
    for (const field of fields) {
      const place = layer.places[field];
      if (place !== undefined) places[field] = place;
      if (layer.broken.has(field)) broken.add(field);
    }
    for (const { fields: group, words } of EXCLUSIVE_FIELDS) {
      const [other, ...rest] = group.filter((field) => fields.includes(field));
      if (other !== undefined) for (const field of rest) conflicts.push({ field, other, words });
    }
  }
  return { values, broken, places, conflicts };
}
