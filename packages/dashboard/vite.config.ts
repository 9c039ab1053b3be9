// How the pages are built: into the server's own dist, everything in files with hashed names, nothing inline, so that the
// strict content security policy needs no exception.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { IADVIZE_SAMPLES } from '../posthorn/src/apps/samples/iadvize.ts';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  // Files are named from where the document is: a proxy may put all of it below a path.
  base: './',
  // The samples are read with Node's own tools; the pages get them as they will be sent.
  define: { SAMPLE_EVENTS: JSON.stringify(IADVIZE_SAMPLES) },
  logLevel: 'warn',
  build: {
    outDir: '../posthorn/dist/dashboard',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    // The first ones with light-dark(), which says each colour once for both themes.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
  },
});
