#!/usr/bin/env bash
# csv-parse 7.0.3: cast rounds numbers that are too long.
#
# Expected: cast leaves a field alone that a number cannot hold exactly, as papaparse 5.7.1 does with dynamicTyping:
# there a 20-digit serial number stays text.
# Seen: cast makes 12345678901234567000 of 12345678901234567890, without an error.
# Why it matters: serial numbers of certificates and ids of scans are long. A row can then no longer be matched with the
# certificate or with the service's own records, and nothing says so.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 csv-parse@7.0.3 papaparse@5.7.1

cat >try.mjs <<'EOF'
import { parse } from 'csv-parse/sync';
import Papa from 'papaparse';

const text = 'serial_number\n12345678901234567890\n';
const cast = parse(text, { columns: true, cast: true }).map((row) => row.serial_number);
const typed = Papa.parse(text, { header: true, dynamicTyping: true, skipEmptyLines: true }).data.map((row) => row.serial_number);
console.log('csv-parse with cast:', cast);
console.log('papaparse with dynamicTyping:', typed);
const same = typeof cast[0] === 'number' && BigInt(cast[0]) !== 12345678901234567890n;
process.exit(same && typed.every((value) => typeof value === 'string') ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
