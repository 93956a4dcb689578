/** A time as the API writes it (doc): `2021-01-13 09:15:37`, UTC. */
export function toApiDate(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}
