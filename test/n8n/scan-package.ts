import { analyzePackage, SOURCE_FILE_PATTERNS } from '@n8n/scan-community-package/scanner/scanner.mjs';

// `node scan-package.ts sources|published <folder>`: what n8n's scanner says. A process of its own, since the scanner
// takes other file names for granted where it is run by a test runner.

const [what, folder = ''] = process.argv.slice(2);
const { passed, details, message } = await analyzePackage(
  folder,
  what === 'sources' ? SOURCE_FILE_PATTERNS : undefined,
);
console.log(passed ? 'passed' : (details ?? message));
// What it has loaded keeps the process busy.
process.exit(passed ? 0 : 1);
