#!/usr/bin/env bash
# n8n-workflow 2.41.0: NodeApiError drops the service's explanation under "detail" when the error has a message.
#
# Expected: the description shows what the service said: {"detail": "..."} is how Django REST framework and the problem
# details of RFC 9457 name it. Without a message of the error, NodeApiError finds it there.
# Seen: an error of an HTTP library always has a message, "Request failed with status code 400"; then that becomes the
# description, and the detail is nowhere.
# Why it matters: APIs of security vendors answer so. The person in n8n reads "Bad request - please check your
# parameters" and not that the hash is malformed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 n8n-workflow@2.41.0

cat >try.mjs <<'EOF'
import { createRequire } from 'node:module';

const { NodeApiError } = createRequire(import.meta.url)('n8n-workflow');
const node = { id: '1', name: 'Scan', type: 'scan', typeVersion: 1, position: [0, 0], parameters: {} };
const response = { status: 400, data: { detail: 'Malformed hash.' } };
const bare = new NodeApiError(node, { httpCode: '400', response });
const usual = new NodeApiError(node, { httpCode: '400', message: 'Request failed with status code 400', response });
const text = (error) => JSON.stringify([error.message, error.description, error.messages]);
console.log(`without a message: ${text(bare)}`);
console.log(`with the usual message: ${text(usual)}`);
process.exit(text(bare).includes('Malformed hash.') && !text(usual).includes('Malformed hash.') ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
