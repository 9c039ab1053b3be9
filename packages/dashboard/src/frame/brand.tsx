// The name with its sign.
import icon from '../styles/icon.svg';

export function Brand() {
  return (
    <span className="brand">
      <img src={icon} alt="" width="24" height="24" />
      Posthorn
    </span>
  );
}
