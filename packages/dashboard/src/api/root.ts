// Where this Posthorn is on its host: at the root, or below a path that a proxy put before it. The pages are told by nobody:
// they see it from where their own script came from.

/** @param script the URL of a script of the build */
export function rootOf(script: string): string {
  const { pathname } = new URL(script);
  const end = pathname.lastIndexOf('/assets/');
  return end < 0 ? '/' : pathname.slice(0, end + 1);
}

/** Ends with a slash: `/`, or `/webhooks/`. */
export const ROOT = rootOf(import.meta.url);

/** @param path that begins with a slash, as if Posthorn were at the root */
export const atRoot = (path: string): string => ROOT + path.slice(1);
