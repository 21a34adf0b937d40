/**
 * Where GitHub's description contradicts GitHub. Each entry says how it is known; nothing is corrected to suit us.
 */

import type { Endpoint } from './schema.ts';

/** By `METHOD /template`: the endpoint as it really is. */
export const CORRECTIONS: Readonly<Record<string, (endpoint: Endpoint) => Endpoint>> = {
  // Described inline, with an account that is a user and an enterprise at once, which nothing can be. The same
  // description's component `installation`, which every other endpoint answers with, says either of them.
  'GET /app/installations': (endpoint) => ({
    ...endpoint,
    responses: { ...endpoint.responses, '200': { type: 'array', items: { $ref: 'installation' } } },
  }),
  // Described as one instant; its own words say that it takes the search syntax for dates (`>=2026-11-23`).
  'GET /repos/{owner}/{repo}/actions/runs': searchedByDate,
  'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs': searchedByDate,
};

function searchedByDate(endpoint: Endpoint): Endpoint {
  const parameters = endpoint.parameters.map((parameter) =>
    parameter.name === 'created' ? { ...parameter, schema: { type: 'string' } } : parameter,
  );
  return { ...endpoint, parameters };
}
