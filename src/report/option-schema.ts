/** Schemas of options where results have their values: bounds and limits, read from the records. */
import { z } from "zod";
import type { GivenValuesOf, OptionRecord, OptionTable, ResultValuesOf } from "../check/index.js";

/** What a result may have for an option. */
function valueSchema(record: OptionRecord): z.ZodType {
  switch (record.kind) {
    case "whole": {
      const [least, most] = record.range;
      const schema = z.int().min(least);
      return record.isModelLimit === true ? schema.max(most) : schema;
    }
    case "positive":
      return z.number();
    case "one":
      return z.enum(Object.keys(record.alternatives));
    case "some":
    case "texts":
      return z.array(z.string());
  }
}

function described(schema: z.ZodType, { description }: OptionRecord): z.ZodType {
  return description === undefined ? schema : schema.describe(description);
}

/** The schema of bounds. Those that were added later may be absent. */
export function boundsSchema<Table extends OptionTable>(table: Table): z.ZodType<ResultValuesOf<Table>> {
  const shape = Object.entries(table).map(([name, record]) => {
    const schema = valueSchema(record);
    return [name, described(record.isAddedLater === true ? schema.optional() : schema, record)];
  });
  return z.strictObject(Object.fromEntries(shape)) as unknown as z.ZodType<ResultValuesOf<Table>>;
}

/** The schema of limits: numbers, and only those that were given. */
export function limitsSchema<Table extends OptionTable>(table: Table): z.ZodType<GivenValuesOf<Table>> {
  const shape = Object.entries(table).map(([name, record]) => [name, described(z.number().optional(), record)]);
  return z.strictObject(Object.fromEntries(shape)) as unknown as z.ZodType<GivenValuesOf<Table>>;
}
