/** What a disk did not do, and what the user can do about it. */
export interface DiskProblem {
  /** What happened, as a clause with the system's code: `the disk is full (ENOSPC)`. */
  readonly what: string;
  /** As a sentence. */
  readonly remedy: string;
}

/**
 * A file cannot be saved for a reason of the disk: it is full, read-only, or something is in the file's place. The
 * message names the file, says what happened, and what to do. No path of the machine is in it.
 */
export class SaveError extends Error {
  override readonly name = 'SaveError';
  /** What happened, as a clause that names the file: `orders.csv cannot be saved: the disk is full (ENOSPC)`. */
  readonly what: string;
  /** What the user can do about it, as a sentence. */
  readonly remedy: string;

  constructor(fileName: string, problem: DiskProblem) {
    const what = `${fileName} cannot be saved: ${problem.what}`;
    super(`${what}. ${problem.remedy}`);
    this.what = what;
    this.remedy = problem.remedy;
  }
}

/**
 * A failure of the disk in words; `undefined` for anything else.
 *
 * @param folder the name of the folder that was written to.
 */
export function diskProblemOf(error: unknown, folder: string): DiskProblem | undefined {
  if (!(error instanceof Error) || !('syscall' in error)) return undefined;
  const { code = 'unknown error', syscall = '' } = error as NodeJS.ErrnoException;
  const { what, remedy } = explain(code, syscall, folder);
  return { what: `${what} (${code})`, remedy };
}

function explain(code: string, syscall: string, folder: string): DiskProblem {
  switch (code) {
    case 'ENOSPC':
      return { what: 'the disk is full', remedy: 'Free some space, or save to another disk.' };
    case 'EDQUOT':
      return {
        what: 'the disk quota of this user is used up',
        remedy: 'Free some space, or raise the quota.',
      };
    case 'EROFS':
      return {
        what: 'the file system is read-only',
        remedy: 'Save to a folder that this user can write to.',
      };
    case 'EACCES':
    case 'EPERM':
      return syscall === 'rename'
        ? {
            what: `this user may not replace what has that name in the folder "${folder}"`,
            remedy: 'Remove what is there, or give this user the right to write to that folder.',
          }
        : {
            what: `this user may not write to the folder "${folder}"`,
            remedy: 'Give this user the right to write there, or save to another folder.',
          };
    case 'EISDIR':
    case 'ENOTEMPTY':
      return folderInItsPlace;
    case 'EEXIST':
      return syscall === 'rename' ? folderInItsPlace : fileInPlaceOf(folder);
    case 'ENOTDIR':
      return fileInPlaceOf(folder);
    case 'ENOENT':
      return {
        what: `the folder "${folder}" was removed while the file was being written`,
        remedy: 'Make sure that nothing else cleans up that folder meanwhile, and try again.',
      };
    case 'ENAMETOOLONG':
      return {
        what: 'its name or its path is too long for the file system',
        remedy: 'Save to a folder with a shorter path.',
      };
    case 'EFBIG':
      return {
        what: 'it is larger than the file system allows',
        remedy: 'Save to a disk that takes larger files.',
      };
    default:
      return { what: 'the disk failed', remedy: 'Check the disk, and try again.' };
  }
}

const folderInItsPlace: DiskProblem = {
  what: 'a folder has the same name',
  remedy: 'Remove or rename that folder, or save to another one.',
};

function fileInPlaceOf(folder: string): DiskProblem {
  return {
    what: `a file is in the place of the folder "${folder}", or of one above it`,
    remedy: 'Remove or rename that file, or save to another folder.',
  };
}
