/** Every row of the route table that needs nothing but the state. */
import type { Route } from '../types.ts';
import { checkRoutes } from './checks.ts';
import { commentRoutes } from './comments.ts';
import { commitRoutes } from './commits.ts';
import { contentsRoutes } from './contents.ts';
import { environmentRoutes } from './environments.ts';
import { gitDataRoutes } from './git-data.ts';
import { issueRoutes } from './issues.ts';
import { peopleRoutes } from './people.ts';
import { pullRoutes } from './pulls.ts';
import { repositoryRoutes } from './repositories.ts';
import { reviewRoutes } from './reviews.ts';
import { rulesetRoutes } from './rulesets.ts';
import { statusRoutes } from './statuses.ts';
import { teamRoutes } from './teams.ts';

export const ROUTES: readonly Route[] = [
  ...peopleRoutes,
  ...teamRoutes,
  ...repositoryRoutes,
  ...gitDataRoutes,
  ...contentsRoutes,
  ...commitRoutes,
  ...pullRoutes,
  ...reviewRoutes,
  ...issueRoutes,
  ...commentRoutes,
  ...checkRoutes,
  ...statusRoutes,
  ...rulesetRoutes,
  ...environmentRoutes,
];
