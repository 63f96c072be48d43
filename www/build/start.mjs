// Builds the page and serves it: all that "npm start" does.

import { build } from "./build.mjs";
import { servePage } from "./serve.mjs";
import { main } from "./tools.mjs";

await main(async () => {
  await build();
  await servePage();
});
