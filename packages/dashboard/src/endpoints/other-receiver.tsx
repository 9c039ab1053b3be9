// Asks what another receiver gets, before the URL of an endpoint is changed to one of it.
import type { Handover } from './handover.ts';

interface OtherReceiverProps {
  readonly headerNames: readonly string[];
  readonly chosen: Handover;
  readonly choose: (chosen: Handover) => void;
}

export function OtherReceiver({ headerNames, chosen, choose }: OtherReceiverProps) {
  return (
    <fieldset className="checks">
      <legend>This URL belongs to another receiver</legend>
      <label>
        <input
          type="checkbox"
          checked={chosen.keepSecret}
          onChange={({ target }) => choose({ ...chosen, keepSecret: target.checked })}
        />{' '}
        Keep the present secret. Otherwise a new one is made: reveal it afterwards, and give it to the receiver.
      </label>
      {headerNames.length > 0 && (
        <label>
          <input
            type="checkbox"
            checked={chosen.keepHeaders}
            onChange={({ target }) => choose({ ...chosen, keepHeaders: target.checked })}
          />{' '}
          Send the extra headers to it, too ({headerNames.join(', ')}). Otherwise they are removed.
        </label>
      )}
    </fieldset>
  );
}
