// Behaviour that a browser has by itself between documents, and that a single document must provide: begin at the top, and
// put the focus where reading goes on.
import { useLayoutEffect, useRef } from 'react';

/** The address is changing by going back or forward: then the browser knows where one was. */
let returning = false;
addEventListener('popstate', () => {
  returning = true;
  setTimeout(() => {
    returning = false;
  });
});

/** @param path of the page @param content id of the element that holds it */
export function useNavigation(path: string, content: string): void {
  const before = useRef(path);
  useLayoutEffect(() => {
    if (before.current === path) return;
    before.current = path;
    if (!returning) scrollTo(0, 0);
    // The link that was followed has gone with its page.
    if (document.activeElement === document.body) document.getElementById(content)?.focus({ preventScroll: true });
  }, [path, content]);
}
