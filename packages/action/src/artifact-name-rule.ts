/** GitHub takes no longer name for an artifact. */
export const longestArtifactName = 255;

/** Why GitHub takes no artifact of this name, as a clause that follows the name; `undefined` when it does. */
export function refusalOfArtifactName(name: string): string | undefined {
  // Windows cannot store these characters, so GitHub refuses them everywhere.
  const isTaken = name !== '' && name.length <= longestArtifactName && !/[":<>|*?\r\n\\/]/.test(name);
  return isTaken
    ? undefined
    : `is longer than ${longestArtifactName} characters, empty, or contains one of " : < > | * ? \\ / or a line break`;
}
