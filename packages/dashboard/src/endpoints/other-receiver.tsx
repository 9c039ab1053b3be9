// Asks what another receiver gets, before the URL of an endpoint is changed to one of it.
import { inert } from '../parts/inert.ts';
import type { Handover } from './handover.ts';

interface OtherReceiverProps {
  readonly headerNames: readonly string[];
  readonly chosen: Handover;
  readonly choose: (chosen: Handover) => void;
}

export function OtherReceiver({ headerNames, chosen, choose }: OtherReceiverProps) {
  const names = headerNames.map(inert).join(', ');
  return (
    <fieldset className="handover">
      <legend>This URL belongs to another receiver</legend>
      <p>
        Its scheme, host or port differs. It gets neither the secret nor the headers of the present one, unless you
        choose to:
      </p>
      <Choice
        title="Keep the present secret"
        hint="If you leave it empty, Posthorn makes one. Reveal it after saving, and give it to the receiver."
        checked={chosen.keepSecret}
        check={(keepSecret) => choose({ ...chosen, keepSecret })}
      />
      {headerNames.length > 0 && (
        <Choice
          title="Keep the extra headers"
          hint={`${names}, with their values. Otherwise they are removed.`}
          checked={chosen.keepHeaders}
          check={(keepHeaders) => choose({ ...chosen, keepHeaders })}
        />
      )}
    </fieldset>
  );
}

interface ChoiceProps {
  readonly title: string;
  readonly hint: string;
  readonly checked: boolean;
  readonly check: (checked: boolean) => void;
}

function Choice({ title, hint, checked, check }: ChoiceProps) {
  return (
    <label>
      <input type="checkbox" checked={checked} onChange={({ target }) => check(target.checked)} />
      <span>
        {title}
        <small>{hint}</small>
      </span>
    </label>
  );
}
