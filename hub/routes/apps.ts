/** Apps as themselves: who they are, where they are installed, their tokens and their deliveries. */
import { list, optionalObject, texts } from '../body.ts';
import { seconds } from '../clock.ts';
import { HttpError, notFound, unprocessable } from '../http-error.ts';
import { appJson, installationJson } from '../json/account.ts';
import { repositoryJson } from '../json/repository.ts';
import type { App, Installation, Level, Permissions, Repository } from '../model.ts';
import { newToken } from '../token.ts';
import type { Call, HubState, Route } from '../types.ts';
import type { Delivery, Webhooks } from '../webhooks.ts';
import { countedPage, created, noContent, ok, page, pageByCursor } from './answer.ts';

const HOUR = 3_600_000;
const RANK: Readonly<Record<Level, number>> = { read: 1, write: 2, admin: 3 };

export function appRoutes(webhooks: Webhooks): readonly Route[] {
  const deliveryOf = (call: Call): Delivery => {
    const id = Number(call.params['delivery_id']);
    const found = webhooks.deliveries(appOf(call).id).find((each) => each.id === id);
    if (found === undefined) throw notFound();
    return found;
  };
  return [
    {
      method: 'GET',
      path: '/app',
      needs: 'jwt',
      handle: (call) => ok({ ...appJson(call.hub, appOf(call)), installations_count: installationsOf(call).length }),
    },
    {
      method: 'GET',
      path: '/apps/{app_slug}',
      needs: 'public',
      handle: (call) => ok(appJson(call.hub, appNamed(call))),
    },
    {
      method: 'GET',
      path: '/app/installations',
      needs: 'jwt',
      handle: (call) => page(call, installationsOf(call), (each) => installationJson(call.hub, each)),
    },
    {
      method: 'GET',
      path: '/app/installations/{installation_id}',
      needs: 'jwt',
      handle: (call) => ok(installationJson(call.hub, installationOf(call))),
    },
    { method: 'POST', path: '/app/installations/{installation_id}/access_tokens', needs: 'jwt', handle: accessToken },
    {
      method: 'GET',
      path: '/repos/{owner}/{repo}/installation',
      needs: 'jwt',
      handle: (call) => ok(installationJson(call.hub, installationOn(call, call.repository.owner.id, call.repository))),
    },
    {
      method: 'GET',
      path: '/orgs/{org}/installation',
      needs: 'jwt',
      handle: (call) => ok(installationJson(call.hub, installationOn(call, call.organization.account.id, null))),
    },
    {
      method: 'GET',
      path: '/orgs/{org}/installations',
      needs: 'organization_administration:read',
      handle: (call) => {
        const all = [...call.hub.installations.values()].filter(
          (each) => each.account.id === call.organization.account.id,
        );
        return countedPage(call, 'installations', all, (each) => installationJson(call.hub, each));
      },
    },
    { method: 'GET', path: '/installation/repositories', needs: 'installation', handle: installationRepositories },
    { method: 'DELETE', path: '/installation/token', needs: 'installation', handle: revokeToken },
    {
      method: 'GET',
      path: '/app/hook/deliveries',
      needs: 'jwt',
      handle: (call) => pageByCursor(call, webhooks.deliveries(appOf(call).id), deliveryItem),
    },
    {
      method: 'GET',
      path: '/app/hook/deliveries/{delivery_id}',
      needs: 'jwt',
      handle: (call) => {
        const found = deliveryOf(call);
        return ok({ ...deliveryItem(found), url: found.url, request: found.request, response: found.response });
      },
    },
    {
      method: 'POST',
      path: '/app/hook/deliveries/{delivery_id}/attempts',
      needs: 'jwt',
      handle: (call) => {
        webhooks.redeliver(appOf(call).id, deliveryOf(call).id);
        return { status: 202, body: {} };
      },
    },
    { method: 'GET', path: '/app/hook/config', needs: 'jwt', handle: (call) => ok(hookConfig(appOf(call))) },
  ];
}

function appOf(call: Call): App {
  if (call.actor.kind !== 'app') throw new HttpError(401, 'A JSON web token could not be decoded');
  return call.actor.app;
}

function appNamed(call: Call): App {
  const found = [...call.hub.apps.values()].find((app) => app.slug === call.params['app_slug']);
  if (found === undefined) throw notFound();
  return found;
}

function installationsOf(call: Call): Installation[] {
  const app = appOf(call);
  return [...call.hub.installations.values()].filter((each) => each.app === app);
}

function installationOf(call: Call): Installation {
  const found = installationsOf(call).find((each) => each.id === Number(call.params['installation_id']));
  if (found === undefined) throw notFound();
  return found;
}

function installationOn(call: Call, account: number, repository: Repository | null): Installation {
  const found = installationsOf(call).find(
    (each) =>
      each.account.id === account &&
      (repository === null || each.repositories === null || each.repositories.has(repository.id)),
  );
  if (found === undefined) throw notFound();
  return found;
}

/** A token for an hour, of all the installation has or of what is asked, never of more. */
function accessToken(call: Call) {
  const installation = installationOf(call);
  const { app } = installation;
  const permissions = narrowed(app.permissions, optionalObject(call.body, 'permissions'));
  const chosen = chosenRepositories(call, installation);
  const ids = chosen === null ? installation.repositories : new Set(chosen.map((each) => each.id));
  const expires = Date.now() + HOUR;
  const actor = {
    kind: 'installation',
    app,
    account: app.bot,
    owner: installation.account,
    permissions,
    repositories: ids,
  } as const;
  const token = newToken(call.hub, 'ghs', actor, expires);
  return created({
    token,
    expires_at: seconds(new Date(expires).toISOString()),
    permissions,
    repository_selection: ids === null ? 'all' : 'selected',
    ...(chosen === null ? {} : { repositories: chosen.map((each) => repositoryJson(call.hub, each)) }),
  });
}

function narrowed(held: Permissions, asked: Record<string, unknown> | undefined): Permissions {
  if (asked === undefined) return held;
  for (const [name, level] of Object.entries(asked)) {
    const own = held[name] ?? (name === 'metadata' ? 'read' : undefined);
    if (own === undefined || !(RANK[level as Level] <= RANK[own])) {
      throw unprocessable('The permissions requested are not granted to this installation.');
    }
  }
  return { metadata: 'read', ...asked } as Permissions;
}

function chosenRepositories(call: Call, installation: Installation): Repository[] | null {
  const names = texts(call.body, 'repositories');
  const ids = list(call.body, 'repository_ids');
  if (names.length === 0 && ids.length === 0) return null;
  const reach = reachOf(call.hub, installation.account.id, installation.repositories);
  const chosen = reach.filter((each) => names.includes(each.name) || ids.includes(each.id));
  if (chosen.length < names.length + ids.length) {
    throw unprocessable(
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  }
  return chosen;
}

function reachOf(hub: HubState, owner: number, ids: ReadonlySet<number> | null): Repository[] {
  return [...hub.repositories.values()].filter((each) => each.owner.id === owner && (ids === null || ids.has(each.id)));
}

function installationRepositories(call: Call) {
  if (call.actor.kind !== 'installation') throw notFound();
  const all = reachOf(call.hub, call.actor.owner.id, call.actor.repositories);
  return countedPage(call, 'repositories', all, (each) => repositoryJson(call.hub, each));
}

function revokeToken(call: Call) {
  for (const [token, held] of call.hub.tokens) if (held.actor === call.actor) call.hub.tokens.delete(token);
  return noContent();
}

function deliveryItem(delivery: Delivery) {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: delivery.deliveredAt,
    redelivery: delivery.redelivery,
    duration: delivery.duration,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installationId,
    repository_id: delivery.repositoryId,
  };
}

function hookConfig(app: App) {
  const config = { content_type: 'json', insecure_ssl: '0', secret: '********' };
  return app.webhookUrl === null ? config : { ...config, url: app.webhookUrl };
}
