import PDFDocument from 'pdfkit';
import type { Body } from '../answer.ts';
import { wholeBody } from '../answer.ts';
import { seededBytes } from './random.ts';

/** What a PDF says about itself. */
export interface PdfContent {
  readonly title: string;
  /** One line of the page each. */
  readonly lines: readonly string[];
  /** The file has at least this size; 0 for the size that comes out. */
  readonly atLeastBytes: number;
  /** What the filler of a large file is made from. */
  readonly seed: number;
}

/** A valid PDF of one page. The same content gives the same bytes; a large file is made while it is sent. */
export async function makePdf(content: PdfContent): Promise<Body> {
  const page = await makePage(content);
  const missing = content.atLeastBytes - page.length;
  return missing > 0 ? withFiller(page, missing, content.seed) : wholeBody(page);
}

async function makePage({ title, lines }: PdfContent): Promise<Buffer> {
  const document = new PDFDocument({
    size: 'A4',
    // The date of making would change the bytes, and so would the file identifier that is derived from it.
    info: { Title: title, Producer: 'Simulator', Creator: 'Simulator', CreationDate: new Date(0) },
    compress: false,
  });
  document.fontSize(18).text(title).moveDown().fontSize(9);
  for (const line of lines) document.text(line).moveDown(0.5);
  document.end();
  const chunks: Buffer[] = [];
  for await (const chunk of document) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/**
 * Appends an object that nothing refers to, as an incremental update (ISO 32000-1, 7.5.6): a reader follows the last
 * cross-reference table to the one of the page.
 */
function withFiller(page: Buffer, bytes: number, seed: number): Body {
  const { size, entries, startxref } = readTrailer(page);
  const opening = Buffer.from(`${size} 0 obj\n<< /Length ${bytes} >>\nstream\n`);
  const closing = `\nendstream\nendobj\n`;
  const table = page.length + opening.length + bytes + closing.length;
  const trailer = Buffer.from(
    `${closing}xref\n${size} 1\n${String(page.length).padStart(10, '0')} 00000 n \n` +
      `trailer\n<<\n/Size ${size + 1}\n${entries}\n/Prev ${startxref}\n>>\nstartxref\n${table}\n%%EOF\n`,
  );
  // Hexadecimal digits: no word of the PDF syntax can come about by chance.
  const filler = Buffer.from(seededBytes(`${seed} filler`, 32_768).toString('hex'));
  return {
    bytes: page.length + opening.length + bytes + trailer.length,
    *chunks() {
      yield page;
      yield opening;
      for (let left = bytes; left > 0; left -= filler.length) yield filler.subarray(0, left);
      yield trailer;
    },
  };
}

function readTrailer(page: Buffer): { size: number; entries: string; startxref: string } {
  const found = /trailer\n<<\n\/Size (\d+)\n(.*?)\n>>\nstartxref\n(\d+)\n%%EOF\s*$/s.exec(
    page.toString('latin1'),
  );
  const [, size, entries, startxref] = found ?? [];
  if (size === undefined || entries === undefined || startxref === undefined) {
    throw new Error('The PDF library writes its trailer in an unexpected form.');
  }
  return { size: Number(size), entries, startxref };
}
