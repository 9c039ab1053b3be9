// Several questions under way at once, but not all of them.

/** Enough to be quick, few enough not to be felt by the server. */
const AT_ONCE = 8;

/** The answers of `ask`, by key. @throws the first error of `ask` */
export async function askEach<Key, Answer>(
  keys: readonly Key[],
  ask: (key: Key) => Promise<Answer>,
): Promise<ReadonlyMap<Key, Answer>> {
  const answers = new Map<Key, Answer>();
  const left = keys.values();
  const work = async () => {
    for (const key of left) answers.set(key, await ask(key));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answers;
}
