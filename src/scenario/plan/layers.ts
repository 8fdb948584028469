import type { z } from "zod";
import { salvage } from "../../yaml/problems.ts";
import { locate, type Path, type Position, valueAt, type YamlSource } from "../../yaml/yaml.ts";
import type { Field, SettingsText } from "../schema/schema.ts";

/** Fields that end a phase. */
export const LIMIT_FIELDS = ["duration", "until", "totalBytes", "operations", "epochs"] as const;

/** Fields of which a phase has one only, and what each of them does. */
const EXCLUSIVE_FIELDS: readonly {
  readonly fields: readonly Field[];
  readonly words: string;
}[] = [
  { fields: LIMIT_FIELDS, words: "end the phase" },
  { fields: ["operation", "mix"], words: "say what is done" },
  { fields: ["rate", "find"], words: "say what the load is" },
];

/** The other fields that a value for `field` replaces. */
export function exclusiveFields(field: string): readonly Field[] {
  const group = EXCLUSIVE_FIELDS.find(({ fields }) => fields.some((member) => member === field));
  return group?.fields.filter((member) => member !== field) ?? [];
}

/** Settings from one part of the input. A broken field was said but could not be read. */
export interface SettingsLayer {
  readonly values: SettingsText;
  readonly broken: ReadonlySet<string>;
  readonly places: Readonly<Record<string, Position>>;
}

/** Settings of one phase after the stronger layers have covered the weaker ones. */
export interface MergedSettings extends SettingsLayer {
  /** Two fields in one place of which a phase has one only, and what both of them do. */
  readonly twice: readonly {
    readonly field: Field;
    readonly other: Field;
    readonly words: string;
  }[];
}

export const EMPTY_LAYER: SettingsLayer = { values: {}, broken: new Set(), places: {} };

/** The settings found at a path of a source. */
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

/** A layer without some of its fields. */
export function withoutFields(layer: SettingsLayer, fields: readonly string[]): SettingsLayer {
  const keep = ([key]: [string, unknown]) => !fields.includes(key);
  return {
    values: Object.fromEntries(Object.entries(layer.values).filter(keep)),
    broken: new Set([...layer.broken].filter((field) => !fields.includes(field))),
    places: Object.fromEntries(Object.entries(layer.places).filter(keep)),
  };
}

/** Merges layers, strongest first; a limit of a stronger layer replaces any of a weaker one. */
export function mergeLayers(layers: readonly SettingsLayer[]): MergedSettings {
  let values: SettingsText = {};
  const broken = new Set<string>();
  const places: Record<string, Position> = {};
  const twice: MergedSettings["twice"][number][] = [];
  for (const layer of layers) {
    const taken = new Set(Object.keys(places));
    const fields = Object.keys(layer.places).filter(
      (field) => !taken.has(field) && !exclusiveFields(field).some((rival) => taken.has(rival)),
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
      if (other !== undefined) for (const field of rest) twice.push({ field, other, words });
    }
  }
  return { values, broken, places, twice };
}
