#!/usr/bin/env bash
# sarif-junit 1.1.4: a SARIF result that leaves out its level becomes a passed test.
#
# Expected: a failed test. In SARIF 2.1.0 a result without "level" has the level of its rule, and "warning" where the
# rule has none; the converter makes failures of warnings and errors that are spelled out.
# Seen: of two results of one rule whose level is "error", the one that repeats the level fails and the other passes.
# Why it matters: tools leave the level out because the rule has it. The report that GitLab or Jenkins shows is greener
# than the one that the scanner wrote.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 sarif-junit@1.1.4

cat >report.sarif <<'EOF'
{
  "version": "2.1.0",
  "runs": [
    {
      "tool": {
        "driver": { "name": "scanner", "rules": [{ "id": "malware", "defaultConfiguration": { "level": "error" } }] }
      },
      "results": [
        {
          "ruleId": "malware",
          "ruleIndex": 0,
          "level": "error",
          "message": { "text": "Win32.Ransomware.Petya" },
          "locations": [{ "physicalLocation": { "artifactLocation": { "uri": "dist/setup.exe" } } }]
        },
        {
          "ruleId": "malware",
          "ruleIndex": 0,
          "message": { "text": "Win32.Ransomware.Petya" },
          "locations": [{ "physicalLocation": { "artifactLocation": { "uri": "dist/app.exe" } } }]
        }
      ]
    }
  ]
}
EOF
cat >try.mjs <<'EOF'
import { readFileSync } from 'node:fs';

const report = readFileSync('report.xml', 'utf8');
const failures = report.match(/<failure/g)?.length ?? 0;
const tests = report.match(/<testcase/g)?.length ?? 0;
console.log(`2 results of a rule with level "error": ${tests} tests, ${failures} failed`);
process.exit(tests === 2 && failures === 1 ? 0 : 1);
EOF
node_modules/.bin/sarif-junit -i report.sarif -o report.xml
cat report.xml
node_modules/.bin/node try.mjs
