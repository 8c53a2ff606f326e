/** The segment's tree as the editor changes it. It is the API's own JSON throughout, so nothing is lost in between. */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Node = { [key: string]: Json };
/** Where a node stands: keys and indices from the root, as in the JSON pointers of the API's refusals. */
export type Path = (string | number)[];

export type Kind = "all" | "any" | "not" | "attr" | "count" | "moment" | "sequence" | "consent" | "list" | "segment" | "bucket" | "other";

export function kindOf(node: Node): Kind {
  for (const kind of ["all", "any", "not", "attr", "sequence", "consent", "list", "segment", "bucket"] as const) {
    if (kind in node) return kind;
  }
  if ("event" in node) return node.agg === "last" || node.agg === "first" ? "moment" : "count";
  return "other";
}

export function childrenOf(node: Node): Node[] {
  const kind = kindOf(node);
  if (kind === "not") return [node.not as Node];
  return kind === "all" || kind === "any" ? (node[kind] as Node[]) : [];
}

/** The paths of a branch's children, below `path`. */
export function childPaths(node: Node, path: Path): Path[] {
  const kind = kindOf(node);
  if (kind === "not") return [[...path, "not"]];
  return childrenOf(node).map((_, index) => [...path, kind, index]);
}

export function replaceAt(root: Node, path: Path, node: Node): Node {
  const [step, ...rest] = path;
  if (step === undefined) return node;
  const inner = (root as Record<string, Json>)[step];
  return Array.isArray(inner)
    ? replaceInList(root, step as string, inner as Node[], rest, node)
    : { ...root, [step]: replaceAt(inner as Node, rest, node) };
}

function replaceInList(root: Node, key: string, list: Node[], path: Path, node: Node): Node {
  const [index, ...rest] = path;
  return { ...root, [key]: list.map((one, at) => (at === index ? replaceAt(one, rest, node) : one)) };
}

/** Without the node at `path`. A branch that is left empty goes too; null when nothing is left. */
export function removeAt(root: Node, path: Path): Node | null {
  const [step, index, ...rest] = path;
  if (step === undefined) return null;
  if (step === "not") {
    const inner = removeAt(root.not as Node, path.slice(1));
    return inner && { ...root, not: inner };
  }
  const list = (root[step] as Node[]).flatMap((one, at) => {
    if (at !== index) return [one];
    const left = removeAt(one, rest);
    return left ? [left] : [];
  });
  return list.length > 0 ? { ...root, [step]: list } : null;
}

export function nodeAt(root: Node, path: Path): Node {
  return path.reduce<Json>((node, step) => (node as Record<string, Json>)[step]!, root) as Node;
}

/** One more rule in the branch at `path`; a leaf becomes a branch of two. */
export function addTo(root: Node, path: Path, node: Node): Node {
  const branch = nodeAt(root, path);
  const kind = kindOf(branch);
  if (kind === "all" || kind === "any") return replaceAt(root, path, { [kind]: [...childrenOf(branch), node] });
  return replaceAt(root, path, { all: [branch, node] });
}

/** The opposite of the node at `path`; twice is as before. */
export function negateAt(root: Node, path: Path): Node {
  const node = nodeAt(root, path);
  return replaceAt(root, path, kindOf(node) === "not" ? (node.not as Node) : { not: node });
}

/** Which path a JSON pointer means; pointers into `definition` and below a leaf lead to the nearest node. */
export function pathOf(pointer: string): Path {
  const steps = pointer.replace(/^query:|^header:/, "").split("/").slice(1);
  if (steps[0] === "definition") steps.shift();
  const path: Path = [];
  while (steps.length > 0) {
    const step = steps.shift()!;
    if (step === "not") path.push(step);
    else if ((step === "all" || step === "any") && /^\d+$/.test(steps[0] ?? "")) path.push(step, Number(steps.shift()));
    else break;
  }
  return path;
}

/** A rule to begin with, of each kind that can be chosen. */
export function blank(kind: Kind): Node {
  switch (kind) {
    case "all": return { all: [blank("count")] };
    case "any": return { any: [blank("count")] };
    case "not": return { not: blank("count") };
    case "attr": return { attr: "country", op: "exists" };
    case "moment": return { event: "purchase", agg: "last", older_than: "P60D" };
    case "sequence": return { sequence: { first: { event: "exposure" }, then: { event: "purchase" }, within: "P3D", last: "P30D" } };
    case "consent": return { consent: { channel: "email", purpose: "marketing" }, is: "granted" };
    case "list": return { list: "" };
    case "segment": return { segment: "" };
    case "bucket": return { bucket: { salt: "share", from: 0, to: 1000 } };
    default: return { event: "purchase", op: "gte", value: 1, window: { last: "P30D" } };
  }
}
