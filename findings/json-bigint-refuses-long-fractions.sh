#!/usr/bin/env bash
# json-bigint 1.0.0: with useNativeBigInt a fraction of 16 digits makes the whole document unreadable.
#
# Expected: long integers become a BigInt and keep their digits, which is what the option is for; fractions stay
# numbers.
# Seen: every number of more than 15 characters goes to BigInt, and BigInt refuses 0.8500000000000001. Without the
# option the same number becomes an object.
# Why it matters: scan ids call for such a parser, and the same answer holds a confidence or a time with fractions. One
# computed value with all its digits in any row, and no verdict of that page can be read.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 json-bigint@1.0.0

cat >try.mjs <<'EOF'
import JSONbig from 'json-bigint';

const texts = [
  '{"scan_id": 94824000123456789012, "confidence": 0.85}',
  '{"scan_id": 94824000123456789012, "confidence": 0.8500000000000001}',
];
const seen = [];
for (const text of texts) {
  try {
    const { scan_id: id, confidence } = JSONbig({ useNativeBigInt: true }).parse(text);
    seen.push(`${typeof id} ${id}, ${typeof confidence} ${confidence}`);
  } catch (error) {
    seen.push(`${error.name}: ${error.message}`);
  }
  console.log(`${text}: ${seen.at(-1)}`);
}
process.exit(seen[0].startsWith('bigint 94824000123456789012') && seen[1].startsWith('SyntaxError') ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
