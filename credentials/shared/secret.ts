/**
 * A token or key as a user pastes it: with blanks around it, or with the header that carries it, as in `Token abc` and
 * `Authorization: Token abc`. Gives the secret alone; an empty text where the field has none.
 */
export function pastedSecret(pasted: unknown): string {
  const text = typeof pasted === 'string' ? pasted.trim() : '';
  return text.replace(/^(?:(?:authorization|x-dc-devkey):\s*)?(?:token\s+)?/i, '');
}
