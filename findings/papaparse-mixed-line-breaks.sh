#!/usr/bin/env bash
# papaparse 5.7.1: one line break of the other kind merges rows or stays in a value.
#
# Expected: the same rows whether a line ends with LF or CR LF, also where a file has both, as csv-parse 7.0.3 has it.
# Seen: papaparse takes one kind from the beginning of the file. In a CR LF file a line that ends with LF is merged with
# the next one; in an LF file a CR stays at the end of the last column ("revoked\r").
# Why it matters: a report in parts is joined with cat, and the parts or the lines added by a script differ in their
# line breaks. An order disappears from the list, or "revoked" is not equal to "revoked".
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 papaparse@5.7.1 csv-parse@7.0.3

cat >try.mjs <<'EOF'
import { parse } from 'csv-parse/sync';
import Papa from 'papaparse';

const files = {
  'CR LF, then LF': 'order_id,status\r\n1,issued\r\n2,revoked\n3,issued\r\n',
  'LF, then CR LF': 'order_id,status\n1,issued\n2,revoked\r\n3,issued\n',
};
const seen = [];
for (const [title, text] of Object.entries(files)) {
  const { data } = Papa.parse(text, { header: true, skipEmptyLines: true });
  const other = parse(text, { columns: true, record_delimiter: ['\r\n', '\n'] });
  console.log(`${title}: papaparse ${JSON.stringify(data)}`);
  console.log(`${title}: csv-parse ${JSON.stringify(other)}`);
  seen.push(data.length, data[1].status, other.length, other[1].status);
}
const expected = [2, 'revoked\n3', 3, 'revoked', 3, 'revoked\r', 3, 'revoked'];
process.exit(JSON.stringify(seen) === JSON.stringify(expected) ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
