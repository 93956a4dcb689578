/** Of the ids that are known, none has half as many. */
const mostBytes = 128;

/**
 * Reads an id that a service gives. It is opaque, and a text for us, also where it comes as a whole number. Gives
 * `undefined` for anything else: ids stand in logs, outputs and file names, so one with control, invisible or
 * direction-changing characters is none, nor is one of more than 128 bytes.
 */
export function readVendorId(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string') return undefined;
  const id = value.trim();
  const isOne =
    id !== '' && Buffer.byteLength(id) <= mostBytes && !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(id);
  return isOne ? id : undefined;
}
