import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createValidator } from '../../../hub/openapi/validate.ts';
import type { Route } from '../../../hub/types.ts';
import { aWorld } from '../hub-actions/world.ts';

const FOLDER = new URL('../../../hub/routes/', import.meta.url);

/** Every row of every file, whether or not the route table includes it. */
async function allRoutes(): Promise<Route[]> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'));
  const modules = await Promise.all(files.map((name) => import(new URL(name, FOLDER).href)));
  const lists = modules.flatMap((module) => Object.values(module as Record<string, unknown>)).filter(Array.isArray);
  const world = await aWorld();
  const rows = [...lists.flat(), ...world.runner.routes] as Route[];
  await world.close();
  return rows.filter((row) => typeof row.path === 'string' && typeof row.method === 'string');
}

describe('the look-alike', () => {
  it('answers only what GitHub describes: every route is in the extract', async () => {
    const validator = createValidator();
    const routes = await allRoutes();
    expect(routes.length).toBeGreaterThan(60);
    const invented = routes.filter(({ method, path }) => !validator.has(method, path));
    expect(invented.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });
});
