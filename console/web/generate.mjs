// Types of the five APIs from their documents: an API change that a page does not know breaks the build.
import { mkdir, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const documents = new URL("../../docs/openapi/", import.meta.url);
const target = new URL("src/api/generated/", import.meta.url);

await mkdir(target, { recursive: true });
for (const service of ["customers", "interactions", "analytics", "campaigns", "privacy"]) {
  const syntax = await openapiTS(new URL(`${service}.json`, documents), { defaultNonNullable: false });
  await writeFile(new URL(`${service}.ts`, target), astToString(syntax));
}
