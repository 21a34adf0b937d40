/** Ready commands for a person with a terminal and `gh`. Every value is quoted: names come from GitHub. */

/** One word for a POSIX shell, whatever is in it. */
export function quoted(text: string): string {
  return /^[A-Za-z0-9_./:=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** `gh api` with a JSON body. */
export function ghJson(method: string, path: string, body: unknown): string {
  return `echo ${quoted(JSON.stringify(body))} | gh api --method ${method} ${quoted(path)} --input -`;
}

/** Adds a ruleset for one branch, without bypass. */
export function addRuleset(repository: string, name: string, ref: string, rules: readonly unknown[]): string {
  return ghJson('POST', `repos/${repository}/rulesets`, {
    name,
    target: 'branch',
    enforcement: 'active',
    conditions: { ref_name: { include: [ref], exclude: [] } },
    rules,
  });
}

/** Where a person clicks. */
export function rulesPage(repository: string): string {
  return `https://github.com/${repository}/settings/rules`;
}
