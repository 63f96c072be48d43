// What tsc does not see. Types, unknown names among them, are its part.
import js from "@eslint/js";
import globals from "globals";

/** Calls of handles of the private file system that end only if the handle lives as long. */
const ofHandles =
  "createSyncAccessHandle|createWritable|getFile|getFileHandle|getDirectoryHandle|removeEntry";

export default [
  { ignores: ["target/", "**/*.d.ts"] },
  js.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.browser, ...globals.worker, ...globals.serviceworker },
    },
    rules: {
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-implicit-coercion": "error",
      "max-lines": ["error", { max: 500 }],
      "max-lines-per-function": ["error", { max: 60 }],
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-control-regex": "off",
      "no-restricted-properties": [
        "error",
        ...["innerHTML", "outerHTML", "insertAdjacentHTML", "srcdoc"].map((property) => ({
          property,
          message: "What comes out of a file reaches the page as text only.",
        })),
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: `:not(ArrowFunctionExpression) > CallExpression[callee.property.name=/^(${ofHandles})$/]`,
          message: "Keep the handle alive meanwhile: see holding.js.",
        },
        {
          selector: `AssignmentExpression[left.object.name="location"], CallExpression[callee.object.name="location"][callee.property.name=/^(assign|replace)$/]`,
          message:
            "Firefox ends what is being loaded when the page goes elsewhere: see downloads.js.",
        },
      ],
    },
  },
  {
    files: ["**/*.mjs", "www/worker/source/node-source.js", "tests/**"],
    languageOptions: { globals: globals.node },
  },
  { files: ["tests/**"], rules: { "no-restricted-syntax": "off" } },
  // The table of what is measured is long.
  { files: ["tests/bench/bench.mjs"], rules: { "max-lines": "off" } },
];
