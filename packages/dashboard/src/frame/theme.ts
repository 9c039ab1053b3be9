// Light or dark: as the system says, until somebody chooses.

export type Theme = 'light' | 'dark';
const NAME = 'posthorn-theme';

/** The choice in this browser; `undefined` follows the system. */
export function chosenTheme(): Theme | undefined {
  const stored = localStorage.getItem(NAME);
  return stored === 'light' || stored === 'dark' ? stored : undefined;
}

export const systemTheme = (): Theme => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');

/** Shows a theme. */
export function applyTheme(theme: Theme | undefined): void {
  if (theme === undefined) delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

/** Shows a theme from now on; one that the system wants anyway is not remembered, so that it goes on following. */
export function chooseTheme(theme: Theme): void {
  if (theme === systemTheme()) {
    localStorage.removeItem(NAME);
    applyTheme(undefined);
  } else {
    localStorage.setItem(NAME, theme);
    applyTheme(theme);
  }
}
