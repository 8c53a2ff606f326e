/** Products as the file that `crm products import` takes: amounts in minor units, lists divided by semicolons. */
import type { Product } from "../../api/clients";

const FIELDS = ["product_id", "kind", "name", "category", "department", "brand", "price", "cost", "currency", "since", "stock", "starts_at", "ends_at", "url", "image", "substitutes", "complements"] as const;

export function csvOf(products: Product[]): string {
  const rows = products.map((product) => {
    const flat: Record<string, unknown> = { ...product, price: product.price?.price, cost: product.price?.cost, currency: product.price?.currency, since: product.price?.since };
    return FIELDS.map((name) => cell(flat[name])).join(",");
  });
  return [FIELDS.join(","), ...rows].join("\r\n") + "\r\n";
}

function cell(value: unknown): string {
  const text = Array.isArray(value) ? value.join(";") : String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Hands the text to the browser as a file. */
export function save(text: string, name: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
