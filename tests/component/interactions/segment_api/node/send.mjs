// The official Node client, as its documentation uses it: makes the calls that a test wants and waits until they are sent.
// Arguments: the address, the write key, the calls as JSON ([{"method": "track", "args": {…}}, …]).
import { Analytics } from "@segment/analytics-node";

const [host, writeKey, calls] = process.argv.slice(2);
const analytics = new Analytics({ writeKey, host, path: "/v1/batch", flushAt: 20, flushInterval: 200, maxRetries: 5 });
const failures = [];
analytics.on("error", (error) => failures.push(error.code ?? String(error)));
for (const { method, args } of JSON.parse(calls)) {
  analytics[method](args);
}
await analytics.closeAndFlush({ timeout: 60000 });
console.log(JSON.stringify(failures));
