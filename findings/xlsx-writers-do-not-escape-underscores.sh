#!/usr/bin/env bash
# exceljs 4.4.0 and SheetJS (npm package xlsx 0.18.5): a text such as "app_x2024_beta.exe" changes when it is written.
#
# Expected: the same text when the file is read again. In SpreadsheetML, _xHHHH_ stands for a character, so a writer has
# to escape the underscore of a text that looks so (_x005F_); readers of both libraries know the rule.
# Seen: both write the text as it is. Every reader, their own included, then turns _x2024_ into the character U+2024.
# Why it matters: a file name in a report is what an analyst searches for and what a script compares with the disk. It
# no longer matches, and the difference can hardly be seen.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 exceljs@4.4.0 read-excel-file@9.3.17 xlsx@0.18.5

cat >try.mjs <<'EOF'
import ExcelJS from 'exceljs';
import readExcelFile from 'read-excel-file/node';
import XLSX from 'xlsx';

const name = 'app_x2024_beta.exe';
const workbook = new ExcelJS.Workbook();
workbook.addWorksheet('Files').addRow([name]);
const byExcelJs = Buffer.from(await workbook.xlsx.writeBuffer());
const book = XLSX.utils.book_new();
XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet([[name]]), 'Files');
const bySheetJs = XLSX.write(book, { type: 'buffer', bookType: 'xlsx', bookSST: true });

const changed = [];
for (const [writer, file] of Object.entries({ exceljs: byExcelJs, xlsx: bySheetJs })) {
  const again = new ExcelJS.Workbook();
  await again.xlsx.load(file);
  const [{ data }] = await readExcelFile(file);
  const read = { exceljs: again.worksheets[0].getCell('A1').value, xlsx: XLSX.read(file).Sheets.Files.A1.v, 'read-excel-file': data[0][0] };
  for (const [reader, text] of Object.entries(read)) console.log(`written by ${writer}, read by ${reader}: ${JSON.stringify(text)}`);
  changed.push(read[writer] !== name);
}
process.exit(changed.every(Boolean) ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
