// Opens the dialog that asks what to replay.
import { useState } from 'react';
import { ReplayDialog } from './dialog.tsx';
import type { ReplayRequest } from './request.ts';

interface ReplayButtonProps {
  readonly tenant: string;
  /** The first choice in the dialog; `undefined` when there is nothing to replay. */
  readonly request: ReplayRequest | undefined;
}

export function ReplayButton({ tenant, request }: ReplayButtonProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="button"
        disabled={request === undefined}
        title={
          request === undefined ? 'Only ended deliveries can be replayed. Retry a single delivery on its page.' : ''
        }
        onClick={() => setOpen(true)}
      >
        Replay…
      </button>
      {open && request !== undefined && <ReplayDialog tenant={tenant} request={request} close={() => setOpen(false)} />}
    </>
  );
}
