#!/usr/bin/env bash
# unzipper 0.12.5: Open cannot read an archive that carries a comment of more than a line.
#
# Expected: the comment of a ZIP archive may have up to 65,535 bytes; unzip and fflate 0.8.3 read the archive.
# Seen: unzipper.Open searches the last 80 bytes of the file unless an option says otherwise. With a comment of 40
# characters it works, with 100 it fails with FILE_ENDED, as if the file were cut.
# Why it matters: products write a notice, a signature or a description of the report into the comment. "The file ended"
# sends the reader to look for a broken download that did not happen.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 unzipper@0.12.5 fflate@0.8.3

cat >try.mjs <<'EOF'
import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import unzipper from 'unzipper';

const seen = {};
for (const length of [40, 100]) {
  const archive = readFileSync(`comment-${length}.zip`);
  const withFflate = Object.keys(unzipSync(archive)).length;
  const withUnzipper = await unzipper.Open.buffer(archive).then(({ files }) => files.length, (error) => error.message);
  seen[length] = withUnzipper;
  console.log(`comment of ${length} characters: fflate ${withFflate} file, unzipper.Open ${withUnzipper}`);
}
process.exit(seen[40] === 1 && seen[100] === 'FILE_ENDED' ? 0 : 1);
EOF
printf 'id,status\n1,issued\n' >report.csv
for length in 40 100; do
  zip -q "comment-$length.zip" report.csv
  printf '%*s' "$length" 'report' | zip -q -z "comment-$length.zip"
  unzip -tqq "comment-$length.zip"
done
node_modules/.bin/node try.mjs
