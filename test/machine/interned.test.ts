/** Numbers for values: the same whatever came before, and never the same for two values. */
import { expect, it } from "vitest";
import { Interned } from "../../src/machine/index.js";

it("gives a value the same number whatever came before", () => {
  const one = new Interned<string>(2 ** 30);
  const other = new Interned<string>(2 ** 30);
  const keys = Array.from({ length: 50 }, (_, index) => `value ${index}`);
  const numbers = keys.map((key) => one.numberOf(key, () => key));
  const backwards = [...keys].reverse().map((key) => other.numberOf(key, () => key));
  expect(backwards.reverse()).toEqual(numbers);
  expect(numbers.map((number) => one.get(number))).toEqual(keys);
  expect(one.numberOf("value 7", () => "made again")).toBe(numbers[7]);
  expect(one.get(numbers[7] as number)).toBe("value 7");
});

it("tells values apart whose hashes are equal", () => {
  const few = new Interned<string>(4);
  const numbers = ["a", "b", "c", "d"].map((key) => few.numberOf(key, () => key));
  expect([...numbers].sort()).toEqual([0, 1, 2, 3]);
  expect(numbers.map((number) => few.get(number))).toEqual(["a", "b", "c", "d"]);
});
