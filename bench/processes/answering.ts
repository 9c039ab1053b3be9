// The other side of `world/child`: answers the harness's questions, and ends when the harness does.

interface Asked<Question> {
  readonly id: number;
  readonly question: Question;
}

/** Answers every question; what is thrown reaches whoever asked. */
export function answer<Question>(reply: (question: Question) => Promise<unknown>): void {
  process.on('message', ({ id, question }: Asked<Question>) => {
    reply(question).then(
      (value) => process.send?.({ id, answer: value }),
      (error: unknown) =>
        process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : error }),
    );
  });
  process.on('disconnect', () => process.exit());
  // Ctrl-C reaches the whole group; the harness ends us when it is done.
  process.on('SIGINT', () => undefined);
}
