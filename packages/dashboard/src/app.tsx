// Which page is shown: the one of the address, for who is signed in.
import { useQuery } from '@tanstack/react-query';
import { Redirect, Route, Switch } from 'wouter';
import { sessionQuery, useFirstTenants, useTenant } from './api/queries.ts';
import { KeepLists } from './deliveries/list-cache.tsx';
import { DeliveriesPage } from './deliveries/page.tsx';
import { DeliveryPage } from './delivery/page.tsx';
import { EndpointsPage } from './endpoints/list-page.tsx';
import { EndpointPage } from './endpoints/page.tsx';
import { EventPage } from './events/event-page.tsx';
import { EventsPage } from './events/page.tsx';
import { Frame } from './frame/frame.tsx';
import { ALL_TENANTS, lastTenant, pathToBeginWith } from './frame/last-tenant.ts';
import { NoTenants } from './frame/no-tenants.tsx';
import { OverviewPage } from './overview/page.tsx';
import { Failed, Loading } from './parts/states.tsx';
import { ReplaysPage } from './replays/list-page.tsx';
import { ReplayPage } from './replays/page.tsx';
import { SignIn } from './session/sign-in.tsx';

export function App() {
  const session = useQuery(sessionQuery);
  if (session.isPending || session.isError) return <Before asked={session} />;
  if (!session.data.signedIn) return <SignIn />;
  return (
    <KeepLists>
      <Switch>
        <Route path="/t/:tenant/*?">{({ tenant }) => <TenantPages key={tenant} tenant={tenant} />}</Route>
        <Route path={ALL_TENANTS}>
          <Frame tenant={undefined}>
            <OverviewPage tenant={undefined} />
          </Frame>
        </Route>
        <Route>
          <Beginning />
        </Route>
      </Switch>
    </KeepLists>
  );
}

interface BeforeProps {
  readonly asked: { readonly error: Error | null; readonly refetch: () => Promise<unknown> };
}

/** Before it is known what to show. */
function Before({ asked: { error, refetch } }: BeforeProps) {
  return (
    <main className="narrow">
      <h1 className="visually-hidden">Posthorn</h1>
      {error === null ? <Loading lines={3} /> : <Failed error={error} again={() => void refetch()} />}
    </main>
  );
}

/** Nothing in the address: wherever one begins. */
function Beginning() {
  const tenants = useFirstTenants();
  const last = useTenant(lastTenant());
  if (tenants.isPending || tenants.isError) return <Before asked={tenants} />;
  if (last.isLoading) return <Before asked={last} />;
  const path = pathToBeginWith(tenants.data.data, last.data);
  return path === undefined ? <NoTenants /> : <Redirect to={path} replace />;
}

function TenantPages({ tenant }: { readonly tenant: string }) {
  const base = '/t/:tenant';
  return (
    <Frame tenant={tenant}>
      <Switch>
        <Route path={base}>
          <OverviewPage tenant={tenant} />
        </Route>
        <Route path={`${base}/deliveries`}>
          <DeliveriesPage tenant={tenant} />
        </Route>
        <Route path={`${base}/deliveries/:id`}>{({ id }) => <DeliveryPage key={id} tenant={tenant} id={id} />}</Route>
        <Route path={`${base}/endpoints`}>
          <EndpointsPage tenant={tenant} />
        </Route>
        <Route path={`${base}/endpoints/:id`}>{({ id }) => <EndpointPage key={id} tenant={tenant} id={id} />}</Route>
        <Route path={`${base}/events`}>
          <EventsPage tenant={tenant} />
        </Route>
        <Route path={`${base}/events/:id`}>{({ id }) => <EventPage key={id} tenant={tenant} id={id} />}</Route>
        <Route path={`${base}/replays`}>
          <ReplaysPage tenant={tenant} />
        </Route>
        <Route path={`${base}/replays/:id`}>{({ id }) => <ReplayPage key={id} tenant={tenant} id={id} />}</Route>
        <Route>
          <h1>There is no such page</h1>
        </Route>
      </Switch>
    </Frame>
  );
}
