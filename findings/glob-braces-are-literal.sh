#!/usr/bin/env bash
# @actions/glob 0.7.0: braces and extended patterns match themselves.
#
# Expected: build/*.{exe,dll} and build/@(app|setup).exe find files, as in bash, in minimatch, on which the library is
# built, and in most tools that a workflow uses.
# Seen: both find nothing, without an error; a file that is really called "notes{1,2}.txt" is found by that pattern.
# Why it matters: an Action that takes patterns of files to scan hands them to this library. A pattern copied from
# another tool selects nothing, and unless the Action treats "nothing" as a failure, nothing is scanned and the job is
# green.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 @actions/glob@0.7.0

cat >try.mjs <<'EOF'
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { create } from '@actions/glob';

process.chdir(realpathSync('.'));
mkdirSync('build');
for (const name of ['app.exe', 'app.dll', 'setup.exe', 'notes{1,2}.txt']) writeFileSync(`build/${name}`, '');

const seen = {};
for (const pattern of ['build/*.exe', 'build/*.{exe,dll}', 'build/@(app|setup).exe', 'build/notes{1,2}.txt']) {
  const globber = await create(pattern);
  const found = (await globber.glob()).map((path) => basename(path));
  seen[pattern] = found.length;
  console.log(`${pattern}: ${found.join(', ') || 'nothing'}`);
}
process.exit(Object.values(seen).join() === '2,0,0,1' ? 0 : 1);
EOF
node_modules/.bin/node try.mjs | grep -v "^::debug::"
