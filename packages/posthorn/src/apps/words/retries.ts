// The effect of a retry, for people. The API's description, the dashboard and the command line say the same.

export const RETRIED = {
  due: 'One more attempt is on its way.',
  under_way: 'It was already waiting for its turn, or being attempted; that goes on.',
};
