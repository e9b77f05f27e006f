type Task<T> = (signal: AbortSignal) => Promise<T>;

/**
 * Runs tasks side by side that make no sense without each other: the first failure stops the others, and is thrown once
 * all have ended. Each gets a signal that is aborted then, and when the given one is.
 */
export async function allOrAbort<T extends readonly Task<unknown>[]>(
  signal: AbortSignal,
  tasks: T,
): Promise<{ -readonly [Key in keyof T]: Awaited<ReturnType<T[Key]>> }> {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  let failure: { readonly error: unknown } | undefined;
  const results = await Promise.all(
    tasks.map((task) =>
      task(both).catch((error: unknown) => {
        failure ??= { error };
        stop.abort();
      }),
    ),
  );
  if (failure) throw failure.error;
  return results as { -readonly [Key in keyof T]: Awaited<ReturnType<T[Key]>> };
}
