// What tsc does not see. Types, unknown names among them, are its part.
import js from "@eslint/js";
import globals from "globals";

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
    },
  },
  {
    files: ["**/*.mjs", "www/node-source.js", "tests/**"],
    languageOptions: { globals: globals.node },
  },
];
