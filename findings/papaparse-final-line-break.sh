#!/usr/bin/env bash
# papaparse 5.7.1: the line break at the end of a short file decides whether its delimiter is found.
#
# Expected: "order_id;common_name" with three rows is read with the semicolon, whether or not the last line ends with a
# line break, as CSV files usually do.
# Seen: with the final line break the guess fails (UndetectableDelimiter), the comma is taken, and each row becomes one
# column; without it the guess is right. From ten rows on it works either way.
# Why it matters: a report of the last day has few rows. The same job that read yesterday's report finds no column
# "order_id" in today's. The option skipEmptyLines avoids it.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 papaparse@5.7.1

cat >try.mjs <<'EOF'
import Papa from 'papaparse';

const report = (count) =>
  ['order_id;common_name', ...Array.from({ length: count }, (_, index) => `${index};host-${index}.example`)].join('\n');
const seen = {};
for (const [title, text, options] of [
  ['3 rows without a final line break', report(3), {}],
  ['3 rows with a final line break', `${report(3)}\n`, {}],
  ['3 rows with it and skipEmptyLines', `${report(3)}\n`, { skipEmptyLines: true }],
  ['10 rows with a final line break', `${report(10)}\n`, {}],
]) {
  const { meta, errors } = Papa.parse(text, { header: true, ...options });
  seen[title] = meta.fields.length;
  console.log(`${title}: columns ${JSON.stringify(meta.fields)}, first error ${errors[0]?.code ?? 'none'}`);
}
process.exit(Object.values(seen).join() === '2,1,2,2' ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
