#!/usr/bin/env bash
# @actions/core 3.0.1: summary.write() throws where setOutput() and the other commands go on.
#
# Expected: without GITHUB_STEP_SUMMARY (an older runner, a local run, a container that does not get the variable) the
# summary is left out, as setOutput falls back to printing when GITHUB_OUTPUT is missing.
# Seen: setOutput prints, summary.write() rejects, and so does everything that an Action does after it.
# Why it matters: an Action that writes the summary before it fails on a verdict ends with an error about the summary in
# place of the verdict, and its annotations and outputs are lost.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 @actions/core@3.0.1

cat >try.mjs <<'EOF'
import { setOutput, summary } from '@actions/core';

delete process.env.GITHUB_OUTPUT;
delete process.env.GITHUB_STEP_SUMMARY;
setOutput('verdict', 'malicious');
const outcome = await summary
  .addHeading('Verdicts')
  .write()
  .then(() => 'written', (error) => `${error.name}: ${error.message}`);
console.log(`summary.write(): ${outcome}`);
process.exit(outcome.startsWith('Error: Unable to find environment variable') ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
