#!/usr/bin/env bash
# jszip 3.10.2 meets Debian's zip 3.0: an archive that zip made from standard input cannot be opened.
#
# Expected: "zip - - <report.csv >report.zip" makes a valid ZIP64 archive; unzip tests it without a complaint, and
# fflate 0.8.3 reads it.
# Seen: jszip raises "Corrupted zip or bug: expected 1 records in central dir, got 0".
# Why it matters: a pipeline packs a report that it streams, and the next step (a node or an Action built on jszip)
# calls a good archive corrupted. Packed from a file instead of a pipe, the same report opens.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 jszip@3.10.2 fflate@0.8.3

cat >try.mjs <<'EOF'
import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import JSZip from 'jszip';

const seen = {};
for (const name of ['from-file.zip', 'from-pipe.zip']) {
  const archive = readFileSync(name);
  const withFflate = Object.keys(unzipSync(archive)).length;
  const withJsZip = await JSZip.loadAsync(archive).then(
    ({ files }) => Object.keys(files).length,
    (error) => error.message,
  );
  seen[name] = [withFflate, withJsZip];
  console.log(`${name}: fflate ${withFflate} file, jszip ${withJsZip}`);
}
const same = seen['from-file.zip'].join() === '1,1' && seen['from-pipe.zip'][0] === 1;
process.exit(same && String(seen['from-pipe.zip'][1]).includes('Corrupted') ? 0 : 1);
EOF
printf 'id,status\n1,issued\n' >report.csv
zip -q from-file.zip report.csv
zip -q - - <report.csv >from-pipe.zip
unzip -tqq from-pipe.zip
node_modules/.bin/node try.mjs
