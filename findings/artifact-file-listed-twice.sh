#!/usr/bin/env bash
# @actions/artifact 6.2.1 meets adm-zip 0.6.1: a file that was listed twice makes an artifact that adm-zip refuses.
#
# Expected: a path that stands twice in the list of files, as two overlapping patterns give it, is packed once, or
# refused.
# Seen: the client packs it twice under one name, without a word. adm-zip then refuses the whole archive because of the
# duplicate name, other files included.
# Why it matters: the mistake is made in one workflow and shows in another, which downloads the reports and cannot open
# them; the first run was green.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 @actions/artifact@6.2.1 adm-zip@0.6.1

cat >try.mjs <<'EOF'
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
import { DefaultArtifactClient } from '@actions/artifact';
import AdmZip from 'adm-zip';

// What the client needs of GitHub's artifact service and of its storage.
const requests = [];
let uploaded = Buffer.alloc(0);
let refuse = () => false;
const server = createServer((incoming, response) => {
  const chunks = [];
  incoming.on('data', (chunk) => chunks.push(chunk));
  incoming.on('end', () => {
    const body = Buffer.concat(chunks);
    const url = new URL(incoming.url, 'http://127.0.0.1');
    const call = url.pathname.split('/').at(-1);
    if (incoming.method === 'PUT') {
      if (url.searchParams.get('comp') === 'block') uploaded = body;
      response.writeHead(201, { 'x-ms-request-id': '1' }).end();
      return;
    }
    requests.push({ call, time: Date.now(), ...JSON.parse(body.toString()) });
    if (refuse(call)) {
      response.writeHead(429, { 'retry-after': '6' }).end('{"msg": "slow down"}');
      return;
    }
    const answers = {
      CreateArtifact: { ok: true, signed_upload_url: `http://127.0.0.1:${server.address().port}/reports/blob?sig=x` },
      FinalizeArtifact: { ok: true, artifact_id: '1' },
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answers[call]));
  });
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
process.env.ACTIONS_RESULTS_URL = `http://127.0.0.1:${server.address().port}/`;
process.env.ACTIONS_RUNTIME_TOKEN = `${encode({ alg: 'none' })}.${encode({ scp: 'Actions.Results:1:1' })}.`;
process.env.GITHUB_SERVER_URL = 'https://github.com';
process.env.GITHUB_WORKSPACE = process.cwd();

writeFileSync('report.pdf', '%PDF-1.7\n%%EOF\n');
writeFileSync('orders.csv', 'id\n1\n');
const client = new DefaultArtifactClient();
const open = () => {
  try {
    return `${new AdmZip(uploaded).getEntries().length} files`;
  } catch (error) {
    return error.message;
  }
};
const files = ['report.pdf', 'orders.csv'].map((name) => `${process.cwd()}/${name}`);
await client.uploadArtifact('once', files, process.cwd());
const once = open();
await client.uploadArtifact('twice', [...files, files[0]], process.cwd());
const twice = open();
console.log(`\nseen: each file listed once: adm-zip opens ${once}`);
console.log(`seen: report.pdf listed twice: ${twice}`);
process.exit(once === '2 files' && twice.includes('Duplicate') ? 0 : 1);
EOF
node_modules/.bin/node try.mjs | sed -n "s/^seen: //p"
