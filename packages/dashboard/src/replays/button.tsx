// Opens the dialog that asks what to replay.
import { useState } from 'react';
import { ReplayDialog } from './dialog.tsx';
import type { ReplayRequest } from './wish.ts';

interface ReplayButtonProps {
  readonly tenant: string;
  /** The first choice in the dialog; `undefined` when there is nothing to replay. */
  readonly wish: ReplayRequest | undefined;
}

export function ReplayButton({ tenant, wish }: ReplayButtonProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="button"
        disabled={wish === undefined}
        title={
          wish === undefined ? 'Only what is settled can be replayed; a single delivery is retried on its page' : ''
        }
        onClick={() => setOpen(true)}
      >
        Replay…
      </button>
      {open && wish !== undefined && <ReplayDialog tenant={tenant} wish={wish} close={() => setOpen(false)} />}
    </>
  );
}
