// A sample event sent now, and what came of it.
import { useMutation } from '@tanstack/react-query';
import type { TestResult } from '../api/answers.ts';
import { ofTenant, post } from '../api/client.ts';
import { CallPanel } from '../delivery/call-panel.tsx';
import { Failed } from '../parts/states.tsx';

export const useTest = (tenant: string, endpointId: string) =>
  useMutation({ mutationFn: () => post<TestResult>(ofTenant(tenant, `/endpoints/${endpointId}/test`)) });

interface TestPanelProps {
  readonly test: ReturnType<typeof useTest>;
}

export function TestPanel({ test }: TestPanelProps) {
  if (test.isError) return <Failed error={test.error} />;
  if (test.data === undefined) return null;
  const { attempt, body } = test.data;
  return (
    <section aria-labelledby="test-title" className="test-result">
      <div className="card-head">
        <h2 id="test-title">Result of the test</h2>
        <button type="button" className="button small" onClick={() => test.reset()}>
          Close
        </button>
      </div>
      <CallPanel call={attempt} kind="test" request={attempt.request} requestBody={body} />
      <p className="muted">A test is not stored and not retried.</p>
    </section>
  );
}
