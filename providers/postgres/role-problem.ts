/**
 * Why a role may not be handed out: with it, or with a role that it leads to, a person could undo what Gatepass does, or
 * make access that outlives the grant. Looks only at the cluster, never at the request.
 */
import type { Role } from './catalog.ts';
import type { Queries } from './session.ts';

/** Predefined roles that only let their members read, watch or maintain. All other `pg_*` lead out of the database. */
const HARMLESS = [
  'pg_checkpoint',
  'pg_maintain',
  'pg_monitor',
  'pg_read_all_data',
  'pg_read_all_settings',
  'pg_read_all_stats',
  'pg_stat_scan_tables',
  'pg_write_all_data',
];

/**
 * Everything in this database, or shared by all, that rights are recorded on: the column of the catalog that holds them.
 * Source: PostgreSQL 18, chapter 52.
 */
const RIGHTS = [
  ['pg_class', 'relacl'],
  ['pg_attribute', 'attacl'],
  ['pg_namespace', 'nspacl'],
  ['pg_proc', 'proacl'],
  ['pg_type', 'typacl'],
  ['pg_language', 'lanacl'],
  ['pg_foreign_data_wrapper', 'fdwacl'],
  ['pg_foreign_server', 'srvacl'],
  ['pg_largeobject_metadata', 'lomacl'],
  ['pg_default_acl', 'defaclacl'],
  ['pg_parameter_acl', 'paracl'],
  ['pg_tablespace', 'spcacl'],
  ['pg_database', 'datacl'],
]
  .map(([table, column]) => `SELECT ${column} AS rights FROM ${table} WHERE ${column} IS NOT NULL`)
  .join(' UNION ALL ');

/** Owners can give rights away for ever. All databases are seen; what is temporary here ends with its session. */
const OWNS = `SELECT FROM pg_shdepend d
  WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid AND d.deptype = 'o'
    AND NOT (d.classid = 'pg_class'::regclass
      AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND EXISTS (SELECT FROM pg_class c WHERE c.oid = d.objid AND c.relpersistence = 't'))`;

/** `null`: it may be handed out. Rights on objects of another database than the one of the connection are not seen. */
export async function roleProblem(queries: Queries, role: Role): Promise<string | null> {
  const [found] = await queries.rows<{ name: string; why: string }>(
    `WITH RECURSIVE reached(oid) AS (
       SELECT $1::oid UNION SELECT m.roleid FROM pg_auth_members m JOIN reached ON m.member = reached.oid
     ), rights AS (${RIGHTS}), judged AS (
       SELECT r.rolname AS name, CASE
         WHEN r.rolname = current_user THEN 'is the role that Gatepass itself uses'
         WHEN r.rolsuper THEN 'is a superuser'
         WHEN r.rolcreaterole THEN 'can create roles'
         WHEN r.rolcreatedb THEN 'can create databases, and would own them'
         WHEN r.rolreplication THEN 'can replicate the cluster'
         WHEN r.rolname LIKE 'pg\\_%' AND r.rolname <> ALL ($2::text[]) THEN 'is a predefined role for administrators'
         WHEN EXISTS (SELECT FROM pg_auth_members a WHERE a.member = r.oid AND a.admin_option)
           THEN 'can grant roles to others'
         WHEN EXISTS (${OWNS})
           THEN 'owns objects, whose rights it could give away for ever: give them to another role by REASSIGN OWNED'
         WHEN EXISTS (SELECT FROM rights, aclexplode(rights) a WHERE a.grantee = r.oid AND a.is_grantable)
           THEN 'can give its rights to others for ever: REVOKE GRANT OPTION FOR what it holds'
         WHEN EXISTS (SELECT FROM pg_namespace n WHERE has_schema_privilege(r.oid, n.oid, 'CREATE'))
           THEN 'can leave functions behind that act in its name: REVOKE CREATE on the schemas, from PUBLIC as well'
         WHEN EXISTS (SELECT FROM pg_database d WHERE has_database_privilege(r.oid, d.oid, 'CREATE'))
           THEN 'can create schemas, and would own them: REVOKE CREATE on the databases'
       END AS why FROM reached JOIN pg_roles r USING (oid)
     )
     SELECT name, why FROM judged WHERE why IS NOT NULL ORDER BY name LIMIT 1`,
    [role.oid, HARMLESS],
  );
  if (found === undefined) return null;
  const via = found.name === role.name ? '' : ` leads to \`${found.name}\`, which`;
  return `the role \`${role.name}\`${via} ${found.why}`;
}
