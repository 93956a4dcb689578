#!/usr/bin/env bash
# n8n-workflow 2.41.0: NodeOperationError replaces a message in which a name contains the code of a network error.
#
# Expected: the message that the node wrote: 'The file "trace-ECONNREFUSED.log" is malicious'.
# Seen: "The service refused the connection - perhaps it is offline"; the code is looked for anywhere in the text. The
# node's own sentence remains in the list `messages` of the error alone.
# Why it matters: log files and crash reports are named so, and a node that names the file it is about turns a verdict
# into a network problem.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 n8n-workflow@2.41.0

cat >try.mjs <<'EOF'
import { createRequire } from 'node:module';

const { NodeOperationError } = createRequire(import.meta.url)('n8n-workflow');
const node = { id: '1', name: 'Scan', type: 'scan', typeVersion: 1, position: [0, 0], parameters: {} };
const text = 'The file "trace-ECONNREFUSED.log" is malicious';
const error = new NodeOperationError(node, text);
console.log(`written: ${text}`);
console.log(`shown: ${error.message}`);
process.exit(error.message.startsWith('The service refused the connection') ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
