import { expect, test } from "vitest";
import type { Product } from "../../api/clients";
import { csvOf } from "./csv";

const APPLE: Product = {
  product_id: "apple", kind: "product", name: 'Apples, "red"', category: "Fruit/Apples", department: null, brand: null,
  price: { since: "2026-05-01T12:00:00Z", price: 299, cost: null, currency: "EUR" }, stock: 2.5, starts_at: null, ends_at: null,
  url: null, image: null, substitutes: ["pear", "plum"], complements: [], withdrawn: false,
};

test("a comma and a quotation mark in a name divide no cell, and what is unknown is empty", () => {
  const [heading, row] = csvOf([APPLE]).split("\r\n");
  expect(heading).toContain("product_id,kind,name");
  expect(row).toBe('apple,product,"Apples, ""red""",Fruit/Apples,,,299,,EUR,2026-05-01T12:00:00Z,2.5,,,,,pear;plum,');
});
