// The model that simulations run on keeps the same contract as the real stores.
import { ModelStore } from '../support/model-store.ts';
import { storeContract } from './suite.ts';

storeContract('model', async () => {
  const store = new ModelStore();
  return { open: async () => store, dispose: async () => {} };
});
