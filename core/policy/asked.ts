/** From a parsed request to what is asked: which resource and entitlement, for whom, when. Knows nothing of rules. */

import { nearest } from '../document/did-you-mean.ts';
import type { Governance, Person, Principal, Request, Resource, Service } from '../document/documents.ts';
import type { Issue } from '../document/issue.ts';
import { DAY, type Milliseconds, plus } from '../time.ts';
import { inputIssues } from './action-inputs.ts';
import type { Subject } from './decision.ts';
import { lookup } from './lookup.ts';
import { isActive } from './principals.ts';
import { fails, issueAt, type Refusal, refusal, topOf, unknown } from './reason.ts';
import type { Ask, Setting } from './setting.ts';

export function understand(setting: Setting, request: Request): Ask | Refusal {
  const resource = lookup(setting.governance.resources, request.path.resource);
  const wrong = catalogIssues(setting.governance, request);
  if (resource === undefined || wrong.length > 0) return refusal('invalid', wrong);
  const subject = subjectOf(setting, request);
  if ('is' in subject) return subject;
  const { evidence } = setting;
  const opener = evidence.pullRequest.author;
  const starts = request.starts ?? evidence.pullRequest.mergedAt ?? evidence.now;
  const isAhead = starts > evidence.now;
  const at = isAhead ? starts : evidence.now;
  const ask: Ask = {
    setting,
    resource,
    path: request.path.path,
    at,
    starts,
    request,
    asked: {
      request,
      subject,
      opener: { id: opener.id, login: opener.login },
      resource: resource.name,
      entitlement: request.path.entitlement,
      sensitivity: resource.sensitivity,
    },
    who: subject.id === null ? { kind: 'service', name: subject.name } : { kind: 'person', id: subject.id },
    length: 0,
    end: at,
  };
  return withLength(ask, lengthOf(request));
}

/** What the catalog does not know of what a request asks for. */
export function catalogIssues(governance: Governance, request: Request): readonly Issue[] {
  const resource = lookup(governance.resources, request.path.resource);
  return resource === undefined ? [unknownResource(governance, request)] : entitlementIssues(resource, request);
}

/** The same, asked for another length of time. */
export function withLength(ask: Ask, length: Milliseconds): Ask {
  return { ...ask, length, end: plus(ask.starts, Math.min(length, FAR)) };
}

/** Instants end with the year 9999; no bound lies beyond this, so what is longer is denied by its length. */
const FAR = 3650 * DAY;

/** Of an action: how long it may still be started. */
export function lengthOf(request: Request): Milliseconds {
  return request.kind === 'AccessRequest' ? request.duration : request.within;
}

/** The field that says how long. */
export function lengthField(request: Request): 'duration' | 'within' {
  return request.kind === 'AccessRequest' ? 'duration' : 'within';
}

/** Where a field stands, or the top of the file for one that was left out. */
export function placeOf(request: Request, field: string) {
  return lookup(request.places, field) ?? topOf(request.path.path);
}

function unknownResource(governance: Governance, request: Request): Issue {
  const names = Object.keys(governance.resources);
  return issueAt(topOf(request.path.path), 'resource-unknown', 'no catalog has this resource', {
    found: request.path.resource,
    expected: `one of ${names.join(', ')}`,
    fix: didYouMean(request.path.resource, names, 'move the file under the right resource'),
  });
}

function entitlementIssues(resource: Resource, request: Request): readonly Issue[] {
  const name = request.path.entitlement;
  const at = topOf(request.path.path);
  const action = lookup(resource.actions, name);
  if (lookup(resource.roles, name) === undefined && action === undefined) {
    const names = [...Object.keys(resource.roles), ...Object.keys(resource.actions)].sort();
    return [
      issueAt(at, 'entitlement-unknown', `\`${resource.name}\` has no such role or action`, {
        found: name,
        expected: `one of ${names.join(', ')}`,
        fix: didYouMean(name, names, 'move the file under the right role or action'),
      }),
    ];
  }
  const kind = action === undefined ? 'AccessRequest' : 'ActionRequest';
  if (request.kind !== kind) {
    return [
      issueAt(
        placeOf(request, 'kind'),
        'request-kind',
        `\`${name}\` is ${action === undefined ? 'a role' : 'an action'}`,
        {
          found: request.kind,
          expected: kind,
          fix: `write \`kind: ${kind}\``,
        },
      ),
    ];
  }
  return action !== undefined && request.kind === 'ActionRequest' ? inputIssues(action, request) : [];
}

/** The opener, when the request names nobody. */
function subjectOf(setting: Setting, request: Request): Subject | Refusal {
  const { people, services } = setting.governance.people;
  const author = setting.evidence.pullRequest.author;
  if (request.subject === null) {
    const self = Object.values(people).find((person) => person.id === author.id);
    return self === undefined ? unknownSubject(request, author.login) : personSubject(setting, request, self);
  }
  const named: Principal = request.subject;
  if (named.kind === 'person') {
    const person = lookup(people, named.name);
    return person === undefined ? unknownSubject(request, named.name) : personSubject(setting, request, person);
  }
  if (named.kind === 'service') {
    const service = lookup(services, named.name);
    return service === undefined ? unknownSubject(request, named.name) : serviceSubject(service);
  }
  return refusal('invalid', [
    issueAt(placeOf(request, 'subject'), 'subject-kind', 'only a person or a service can receive a grant', {
      found: named.kind,
      expected: '`person:<name>` or `service:<name>`',
      fix: 'ask for one person at a time',
    }),
  ]);
}

function unknownSubject(request: Request, name: string): Refusal {
  return refusal('deny', [
    issueAt(placeOf(request, 'subject'), 'subject-unknown', `\`${name}\` is not in \`policies/people.yaml\``, {
      found: name,
      fix: `ask the owners of \`policies/people.yaml\` to add \`${name}\` with the numeric GitHub id`,
    }),
  ]);
}

function personSubject(setting: Setting, request: Request, person: Person): Subject | Refusal {
  const active = isActive(setting.evidence, person.id);
  if (active === 'unknown') {
    const why = 'the members of the organisation could not be read';
    return { is: 'fault', reasons: [unknown('membership-unknown', why)], issues: [] };
  }
  if (active === 'no') {
    const why = `${person.login} is no active member of the organisation`;
    const fix = 'ask when they have joined, or for somebody who has';
    const issue = issueAt(placeOf(request, 'subject'), 'subject-inactive', why, { found: person.login, fix });
    return { is: 'deny', reasons: [fails('subject-inactive', why)], issues: [issue] };
  }
  const { name, id, login, identities } = person;
  return { kind: 'person', name, id, login, identities };
}

function serviceSubject(service: Service): Subject {
  return { kind: 'service', name: service.name, id: null, login: null, identities: service.identities };
}

function didYouMean(found: string, names: readonly string[], otherwise: string): string {
  const near = nearest(found, names);
  return near === null ? otherwise : `did you mean \`${near}\`?`;
}
