import { BootError, type ExitName } from '../../base/errors.ts';

/** What goes wrong with a file of this machine, in words for people. */
const causes: Readonly<Record<string, { readonly cause: string; readonly hint: string }>> = {
  ENOSPC: { cause: 'the disk is full', hint: 'Make room there, or take a file on another disk.' },
  EDQUOT: { cause: 'the disk quota is used up', hint: 'Make room there, or take a file on another disk.' },
  EFBIG: { cause: 'the file system takes no file of this size', hint: 'Take a file on another disk.' },
  ENOENT: { cause: 'there is no such file or directory', hint: 'Check the path; its directory must exist.' },
  ENOTDIR: { cause: 'a part of its path is no directory', hint: 'Check the path.' },
  EISDIR: { cause: 'it is a directory', hint: 'Give it the name of a file.' },
  EACCES: { cause: 'this user may not', hint: 'Check the permissions, or take another file.' },
  EPERM: { cause: 'this user may not', hint: 'Check the permissions, or take another file.' },
  EROFS: { cause: 'the file system is read-only', hint: 'Take a file on another disk.' },
  EIO: { cause: 'the disk fails', hint: 'Look at the kernel log (dmesg), and take a file on another disk.' },
};

/** The error of the file system as one for people; anything else as it is. */
export function fileError(error: unknown, path: string, exit: ExitName): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return error;
  const { cause, hint } = causes[code] ?? { cause: `${syscall} fails with ${code}`, hint: 'Take another file.' };
  return new BootError({ exit, object: path, cause, hint });
}
