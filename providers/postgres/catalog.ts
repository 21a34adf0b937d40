/**
 * What the server says of itself, of roles and of memberships. Roles are named by their object id, which is never given
 * to another role while it is remembered; names may change. Source: PostgreSQL 15–18, `pg_roles`, `pg_auth_members`.
 */
import type { Queries } from './session.ts';

export interface Server {
  /** Made by `initdb`, kept by every physical replica: which cluster this is. Decimal digits, more than a number holds. */
  readonly system: string;
  /** `180004` for 18.4. */
  readonly version: number;
  /** The role we act as. */
  readonly us: { readonly oid: number; readonly name: string; readonly isSuperuser: boolean };
}

export async function serverOf(queries: Queries): Promise<Server> {
  const [row] = await queries.rows<{ system: string; version: number; oid: number; name: string; super: boolean }>(
    `SELECT (SELECT system_identifier::text FROM pg_control_system()) AS system,
            current_setting('server_version_num')::int AS version, oid, rolname AS name, rolsuper AS super
       FROM pg_roles WHERE rolname = current_user`,
  );
  if (row === undefined) throw new Error('the server does not know the role it let in');
  return { system: row.system, version: row.version, us: { oid: row.oid, name: row.name, isSuperuser: row.super } };
}

/** From 16 on, one member can hold one role from several grantors, each with its own options. */
export const GRANTORS_APART = 160_000;

export interface Role {
  readonly oid: number;
  readonly name: string;
  readonly canLogin: boolean;
  readonly isSuperuser: boolean;
}

/** By object id or by name. */
export async function findRole(queries: Queries, by: { oid: number } | { name: string }): Promise<Role | null> {
  const [row] = await queries.rows<{ oid: number; name: string; login: boolean; super: boolean }>(
    `SELECT oid, rolname AS name, rolcanlogin AS login, rolsuper AS super FROM pg_roles
      WHERE ${'oid' in by ? 'oid = $1' : 'rolname = $1'}`,
    ['oid' in by ? by.oid : by.name],
  );
  return row === undefined ? null : { oid: row.oid, name: row.name, canLogin: row.login, isSuperuser: row.super };
}

export interface Membership {
  readonly role: number;
  readonly member: number;
  readonly grantor: number;
  readonly grantorName: string;
}

/** Memberships that let the member use the role. One that only lets it hand the role on (16+) is not among them. */
export async function membershipsOf(
  queries: Queries,
  server: Server,
  pairs: readonly { readonly role: number; readonly member: number }[],
): Promise<Membership[]> {
  return queries.rows<Membership & { [column: string]: unknown }>(
    `SELECT m.roleid AS role, m.member, m.grantor, coalesce(g.rolname, m.grantor::text) AS "grantorName"
       FROM pg_auth_members m
       JOIN unnest($1::oid[], $2::oid[]) AS wanted(role, member) ON m.roleid = wanted.role AND m.member = wanted.member
       LEFT JOIN pg_roles g ON g.oid = m.grantor
      WHERE ${server.version >= GRANTORS_APART ? 'm.inherit_option OR m.set_option' : 'true'}
      ORDER BY 1, 2, 3`,
    [pairs.map(({ role }) => role), pairs.map(({ member }) => member)],
  );
}

/** Memberships that our own account granted, as a grant of ours would look. Empty before PostgreSQL 16. */
export async function grantedBy(
  queries: Queries,
  { us, version }: Server,
): Promise<readonly { readonly role: Role; readonly member: Role }[]> {
  if (version < GRANTORS_APART) return [];
  const columns = (of: string) =>
    `json_build_object('oid', ${of}.oid::int8, 'name', ${of}.rolname, 'canLogin', ${of}.rolcanlogin, 'isSuperuser', ${of}.rolsuper)`;
  return queries.rows<{ role: Role; member: Role }>(
    `SELECT ${columns('r')} AS role, ${columns('p')} AS member
       FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles p ON p.oid = m.member
      WHERE m.grantor = $1 AND (m.inherit_option OR m.set_option) AND NOT m.admin_option
      ORDER BY m.roleid, m.member`,
    [us.oid],
  );
}

/** Why a role is not one person's or service's login. `null`: it is. */
export async function memberProblem(queries: Queries, server: Server, member: Role): Promise<string | null> {
  if (!member.canLogin) return `\`${member.name}\` cannot log in, so it is a group and no person`;
  if (member.isSuperuser) return `\`${member.name}\` is a superuser, so nothing granted to it could be taken back`;
  const [other] = await queries.rows<{ name: string }>(
    `SELECT r.rolname AS name FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
      WHERE m.roleid = $1 AND m.member <> $2 ${server.version >= GRANTORS_APART ? 'AND (m.inherit_option OR m.set_option)' : ''}
      ORDER BY 1 LIMIT 1`,
    [member.oid, server.us.oid],
  );
  return other === undefined
    ? null
    : `\`${other.name}\` is a member of \`${member.name}\` and would hold the role as well`;
}

/** The superuser that `initdb` made. From 16 on, only it may grant without the admin option, in its own name. */
const BOOTSTRAP = 10;

/** Whether we may hand out the role in our own name: by our own admin option, or as an administrator of roles. */
export async function canHandOut(queries: Queries, server: Server, role: Role): Promise<boolean> {
  if (server.us.oid === BOOTSTRAP) return true;
  const [row] = await queries.rows<{ can: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_auth_members WHERE roleid = $1 AND member = $2 AND admin_option)
         OR ($3 AND (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE oid = $2)) AS can`,
    [role.oid, server.us.oid, server.version < GRANTORS_APART],
  );
  return row?.can === true;
}
