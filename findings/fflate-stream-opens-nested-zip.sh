#!/usr/bin/env bash
# fflate 0.8.3: the streaming reader takes the files of an inner archive for files of the outer one.
#
# Expected: an archive with two stored ZIP files, written as a stream, holds two files; unzip and fflate's unzipSync
# list "part1.zip" and "part2.zip" with their true sizes.
# Seen: fflate's Unzip looks for the next record inside the stored data, and gives four files: each part with a wrong
# size, and each inner "orders.csv" beside it.
# Why it matters: a large report in parts is a ZIP of ZIPs. Streamed through fflate, the parts are damaged and files
# appear that the archive does not list, without an error.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 fflate@0.8.3

cat >try.mjs <<'EOF'
import { writeFileSync } from 'node:fs';
import { crc32, deflateRawSync } from 'node:zlib';
import { Unzip, UnzipInflate, unzipSync } from 'fflate';

// Writes an archive as a program does that does not know the sizes in advance: they follow the data of each entry.
function streamedZip(entries, { signature, method }) {
  const records = [];
  const directory = [];
  let offset = 0;
  for (const [name, content] of entries) {
    const data = method === 8 ? deflateRawSync(content) : content;
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt16LE(20, 4);
    header.writeUInt16LE(8, 6);
    header.writeUInt16LE(method, 8);
    header.writeUInt16LE(name.length, 26);
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32LE(crc32(content), 0);
    sizes.writeUInt32LE(data.length, 4);
    sizes.writeUInt32LE(content.length, 8);
    const mark = Buffer.from(signature ? [0x50, 0x4b, 0x07, 0x08] : []);
    const record = Buffer.concat([header, Buffer.from(name), data, mark, sizes]);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(20, 4);
    header.copy(central, 6, 4, 10);
    sizes.copy(central, 16);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(offset, 42);
    records.push(record);
    directory.push(central, Buffer.from(name));
    offset += record.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...records, central, end]);
}

const part = streamedZip([['orders.csv', Buffer.from('id,status\n1,issued\n')]], { signature: true, method: 8 });
const report = streamedZip([['part1.zip', part], ['part2.zip', part]], { signature: true, method: 0 });
writeFileSync('report.zip', report);

const whole = Object.entries(unzipSync(report)).map(([name, { length }]) => `${name} ${length}`);
const sizes = [];
const unzip = new Unzip((file) => {
  const entry = { name: file.name, size: 0 };
  sizes.push(entry);
  file.ondata = (error, data) => {
    if (error) throw error;
    entry.size += data.length;
  };
  file.start();
});
unzip.register(UnzipInflate);
unzip.push(report, true);
const streamed = sizes.map(({ name, size }) => `${name} ${size}`);
console.log(`true size of each part: ${part.length}`);
console.log(`unzipSync: ${whole.join(', ')}`);
console.log(`Unzip: ${streamed.join(', ')}`);
process.exit(whole.length === 2 && streamed.length > 2 ? 0 : 1);
EOF
status=0
node_modules/.bin/node try.mjs || status=$?
unzip -Z1 report.zip
exit "$status"
