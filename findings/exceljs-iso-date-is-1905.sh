#!/usr/bin/env bash
# exceljs 4.4.0: a date in a cell of type "d" is read as a day of the year 1905.
#
# Expected: 13 January 2026. The format has a cell type of its own for dates in ISO 8601 form (t="d"), and SheetJS (npm
# package xlsx 0.18.5) writes it when asked for dates.
# Seen: exceljs reads the leading digits of the text as a number, so "2026-01-13" is day 2026 of the calendar: 18 July
# 1905. There is no error.
# Why it matters: where one tool of a chain writes a certificate report and the next reads it, every certificate looks
# expired, or every alert about the expiry is wrong.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 exceljs@4.4.0 xlsx@0.18.5

cat >try.mjs <<'EOF'
import ExcelJS from 'exceljs';
import XLSX from 'xlsx';

const day = new Date(Date.UTC(2026, 0, 13));
const sheet = XLSX.utils.aoa_to_sheet([['valid until'], [day]], { cellDates: true });
const book = XLSX.utils.book_new();
XLSX.utils.book_append_sheet(book, sheet, 'Orders');
const file = XLSX.write(book, { type: 'buffer', bookType: 'xlsx', cellDates: true });

const workbook = new ExcelJS.Workbook();
await workbook.xlsx.load(file);
const read = workbook.worksheets[0].getCell('A2').value;
console.log(`written by SheetJS: ${day.toISOString()}`);
console.log(`read by exceljs:    ${read instanceof Date ? read.toISOString() : JSON.stringify(read)}`);
process.exit(read instanceof Date && read.getUTCFullYear() === 1905 ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
