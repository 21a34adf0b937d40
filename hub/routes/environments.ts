/** Environments of a repository, and what Actions may do there. */
import { optionalFlag } from '../body.ts';
import { seconds } from '../clock.ts';
import { notFound } from '../http-error.ts';
import { nodeId } from '../json/account.ts';
import { repositoryUrl } from '../json/repository.ts';
import type { Environment, Json } from '../model.ts';
import type { Call, Route } from '../types.ts';
import { countedPage, noContent, ok } from './answer.ts';

const ENVIRONMENTS = '/repos/{owner}/{repo}/environments';
const WORKFLOW = '/repos/{owner}/{repo}/actions/permissions/workflow';

export const environmentRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: ENVIRONMENTS,
    needs: 'actions:read',
    handle: (call) =>
      countedPage(call, 'environments', [...call.repository.environments], ([name, each]) => shown(call, name, each)),
  },
  {
    method: 'GET',
    path: `${ENVIRONMENTS}/{environment_name}`,
    needs: 'actions:read',
    handle: (call) => ok(shown(call, call.params['environment_name'] ?? '', environmentOf(call))),
  },
  {
    method: 'GET',
    path: `${ENVIRONMENTS}/{environment_name}/deployment-branch-policies`,
    needs: 'actions:read',
    handle: (call) =>
      countedPage(call, 'branch_policies', [...(environmentOf(call).branches ?? [])], (name) => ({
        id: environmentOf(call).id,
        node_id: nodeId('DeploymentBranchPolicy', environmentOf(call).id),
        name,
        type: 'branch',
      })),
  },
  {
    // As of repositories made since July 2026: owner and repository by number.
    method: 'GET',
    path: '/repos/{owner}/{repo}/actions/oidc/customization/sub',
    needs: 'actions:read',
    handle: ({ repository: { id, name, owner } }) =>
      ok({
        use_default: true,
        use_immutable_subject: true,
        sub_claim_prefix: `repo:${owner.login}@${owner.id}/${name}@${id}`,
      }),
  },
  {
    method: 'GET',
    path: WORKFLOW,
    needs: 'administration:read',
    handle: (call) =>
      ok({
        default_workflow_permissions: 'read',
        can_approve_pull_request_reviews: call.repository.actionsMayApprove,
      }),
  },
  {
    method: 'PUT',
    path: WORKFLOW,
    needs: 'administration:write',
    handle(call) {
      const may = optionalFlag(call.body, 'can_approve_pull_request_reviews');
      if (may !== undefined) call.repository.actionsMayApprove = may;
      return noContent();
    },
  },
];

function environmentOf(call: Call): Environment {
  const found = call.repository.environments.get(call.params['environment_name'] ?? '');
  if (found === undefined) throw notFound();
  return found;
}

function shown({ hub, repository }: Call, name: string, environment: Environment): Json {
  const at = seconds(environment.createdAt);
  const limited = environment.branches !== null;
  return {
    id: environment.id,
    node_id: nodeId('Environment', environment.id),
    name,
    url: `${repositoryUrl(hub, repository)}/environments/${name}`,
    html_url: `${hub.url}/${repository.fullName}/deployments/activity_log?environments_filter=${name}`,
    created_at: at,
    updated_at: at,
    protection_rules: limited
      ? [{ id: environment.id, node_id: nodeId('BranchPolicy', environment.id), type: 'branch_policy' }]
      : [],
    deployment_branch_policy: limited ? { protected_branches: false, custom_branch_policies: true } : null,
  };
}
