#!/usr/bin/env bash
# @actions/glob 0.7.0: with followSymbolicLinks: false, a pattern that begins in a linked folder finds nothing.
#
# Expected: the option is about links that are met on the way. A folder that the pattern itself names is entered, as
# find does with "find dist/" and as the path "dist/app.exe" is found with the option, too.
# Seen: dist/*.exe finds nothing when dist is a link to build, and dist/** gives the link alone.
# Why it matters: the option is what a careful Action sets so that no link leads it out of the workspace. Build tools
# make "dist" or "latest" a link; then no file is scanned, without an error.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 @actions/glob@0.7.0

cat >try.mjs <<'EOF'
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { create } from '@actions/glob';

process.chdir(realpathSync('.'));
mkdirSync('build');
writeFileSync('build/app.exe', '');
symlinkSync('build', 'dist');

const seen = [];
for (const pattern of ['build/*.exe', 'dist/app.exe', 'dist/*.exe', 'dist/**']) {
  const globber = await create(pattern, { followSymbolicLinks: false });
  const found = (await globber.glob()).map((path) => relative('.', path));
  seen.push(found.join());
  console.log(`${pattern}: ${found.join(', ') || 'nothing'}`);
}
process.exit(JSON.stringify(seen) === '["build/app.exe","dist/app.exe","","dist"]' ? 0 : 1);
EOF
node_modules/.bin/node try.mjs | grep -v "^::debug::"
