#!/usr/bin/env bash
# exceljs 4.4.0 and read-excel-file 9.3.17: a sheet whose rows and cells carry no references cannot be read.
#
# Expected: the attribute "r" of rows and cells is optional in ECMA-376; without it, a row or cell follows the one
# before. SheetJS (npm package xlsx 0.18.5) reads such files, and programs that write sheets row by row may leave the
# references out to save space.
# Seen: both libraries raise an error that speaks of their own insides, not of the file.
# Why it matters: a report of a service that streams its sheets is refused as if it were broken.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --silent node@24.21.0 exceljs@4.4.0 read-excel-file@9.3.17 xlsx@0.18.5 fflate@0.8.3

cat >try.mjs <<'EOF'
import ExcelJS from 'exceljs';
import { strToU8, zipSync } from 'fflate';
import readExcelFile from 'read-excel-file/node';
import XLSX from 'xlsx';

const parts = (sheet, workbook = '') => ({
  '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
    <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
    <Default Extension="xml" ContentType="application/xml"/>
    <Override PartName="/xl/workbook.xml"
      ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
    <Override PartName="/xl/worksheets/sheet1.xml"
      ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
    <Override PartName="/xl/styles.xml"
      ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`,
  '_rels/.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"
    Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">${workbook}<sheets>
    <sheet name="Orders" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
    <Relationship Id="rId1" Target="worksheets/sheet1.xml"
      Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/>
    <Relationship Id="rId2" Target="styles.xml"
      Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"/></Relationships>`,
  'xl/styles.xml': `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
    <fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>
    <cellStyleXfs count="1"><xf/></cellStyleXfs>
    <cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
  'xl/worksheets/sheet1.xml': `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
    ${sheet}</sheetData></worksheet>`,
});
const pack = (files) =>
  Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))));

const file = pack(parts('<row><c t="inlineStr"><is><t>id</t></is></c><c><v>7</v></c></row><row><c><v>8</v></c></row>'));
const sheet = XLSX.read(file).Sheets.Orders;
const rows = JSON.stringify(XLSX.utils.sheet_to_json(sheet, { header: 1 }));
const message = (promise) => promise.then(() => 'read', (error) => error.message);
const withExcelJs = await message(new ExcelJS.Workbook().xlsx.load(file));
const withReadExcelFile = await message(readExcelFile(file));
console.log(`xlsx: ${rows}`);
console.log(`exceljs: ${withExcelJs}`);
console.log(`read-excel-file: ${withReadExcelFile}`);
process.exit(rows === '[["id",7],[8]]' && withExcelJs !== 'read' && withReadExcelFile !== 'read' ? 0 : 1);
EOF
node_modules/.bin/node try.mjs
