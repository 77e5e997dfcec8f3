// ESLint finds slips and TypeScript (tsconfig.json) names that nobody defines.
import js from "@eslint/js";

export default [
  {
    ...js.configs.recommended,
    files: ["book/pages/static/**/*.js", "book/pages/theme/*.js", "tests/**/*.js"],
    languageOptions: { sourceType: "script" },
    rules: {
      ...js.configs.recommended.rules,
      "no-undef": "off",
      "no-unused-vars": ["error", { varsIgnorePattern: "^(Stage|Reading|Judging|Practice|Live)$", argsIgnorePattern: "^_", caughtErrors: "none" }],
      "no-empty": ["error", { allowEmptyCatch: true }],
      eqeqeq: "error",
      "no-implicit-globals": "off",
      "no-shadow": "error",
      "prefer-const": "error",
    },
  },
];
