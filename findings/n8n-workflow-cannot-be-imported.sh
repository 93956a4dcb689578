#!/usr/bin/env bash
# n8n-workflow 2.41.0: the package offers an ES module that Node cannot load.
#
# Expected: "import { NodeApiError } from 'n8n-workflow'" works in a test or script of a community node, since the
# package has an "import" entry in its exports.
# Seen: ERR_MODULE_NOT_FOUND, because the files behind that entry import each other without a file extension. require()
# of the same package works.
# Why it matters: community nodes are tested outside n8n. Their tests pass in a bundler-like runner and fail in plain
# Node, and the message blames the installation.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 n8n-workflow@2.41.0

cat >try.mjs <<'EOF'
import { createRequire } from 'node:module';

const imported = await import('n8n-workflow').then(
  () => 'works',
  (error) => error.code,
);
const required = typeof createRequire(import.meta.url)('n8n-workflow').NodeApiError === 'function' ? 'works' : 'fails';
console.log(`import: ${imported}`);
console.log(`require: ${required}`);
process.exit(imported === 'ERR_MODULE_NOT_FOUND' && required === 'works' ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
