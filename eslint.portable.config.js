import { URL } from 'node:url';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

// `pnpm check:portable`: core also runs inside n8n, whose scanner refuses what only Node offers. Only core's
// node/ folder, which n8n never loads, may use it.

/** What core may import besides its own files: it becomes part of the n8n package, and is checked as core is. */
const bundled = ['content-disposition'];

/**
 * A rule of n8n's scanner, from the package the scanner takes it from. Each is loaded by itself: the package
 * as a whole needs n8n-workflow, which is large and of no use here.
 */
async function scannerRule(name) {
  const plugin = import.meta.resolve('@n8n/eslint-plugin-community-nodes');
  const [rule] = Object.values(await import(new URL(`rules/${name}.js`, plugin).href));
  return rule;
}

/** The scanner knows from the package.json of the n8n package what is bundled; core has another. */
function admitBundled(rule) {
  const create = (context) => {
    const report = (problem) => {
      if (!bundled.includes(problem.data.modulePath)) context.report(problem);
    };
    return rule.create(Object.create(context, { report: { value: report } }));
  };
  return { ...rule, create };
}

const exportsFrom = ':matches(ExportNamedDeclaration, ExportAllDeclaration)[source]';
const importsFrom = ':matches(ImportDeclaration, ImportExpression, TSImportType)';
const elsewhere = String.raw`[source.value!=/^\.{1,2}\u002F/]`;
const nodeFolder = String.raw`[source.value=/^(\.{1,2}\u002F)+node\u002F/]`;

export default defineConfig(
  { ignores: ['!**/node_modules/', 'packages/core/src/node/'] },
  {
    files: [
      'packages/core/src/**/*.ts',
      ...bundled.map((name) => `packages/core/node_modules/${name}/**/*.js`),
    ],
    languageOptions: { parser: tseslint.parser },
    plugins: {
      scanner: {
        rules: {
          'no-dangerous-functions': await scannerRule('no-dangerous-functions'),
          'no-hardcoded-secrets': await scannerRule('no-hardcoded-secrets'),
          'no-restricted-globals': await scannerRule('no-restricted-globals'),
          'no-restricted-imports': admitBundled(await scannerRule('no-restricted-imports')),
        },
      },
    },
    rules: {
      'scanner/no-dangerous-functions': 'error',
      'scanner/no-hardcoded-secrets': 'error',
      'scanner/no-restricted-globals': 'error',
      'scanner/no-restricted-imports': 'error',
      'no-restricted-globals': [
        'error',
        { name: 'console', message: 'The scanner forbids it; report progress to the caller.' },
        { name: 'fetch', message: 'Requests go through the Transport that the platform brings.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: `${exportsFrom}${elsewhere}, TSImportType${elsewhere}`,
          message:
            'This imports a package; the scanner overlooks it here, and finds it once core is bundled.',
        },
        {
          selector: `${exportsFrom}${nodeFolder}, ${importsFrom}${nodeFolder}`,
          message: 'Only a platform with Node may load the node/ folder.',
        },
      ],
    },
  },
);
