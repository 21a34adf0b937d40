/**
 * One commit has one id in memory and another in a real repository, where its id says when it was made and by whom. What
 * goes over the wire is told by the ids of the one who hears it.
 */
const ID = /\b[0-9a-f]{40}\b/g;

export class CommitNames {
  readonly #real = new Map<string, string>();
  readonly #own = new Map<string, string>();

  pair(own: string, real: string): void {
    this.#real.set(own, real);
    this.#own.set(real, own);
  }

  real<T>(told: T): T {
    return renamed(told, this.#real);
  }

  own<T>(told: T): T {
    return renamed(told, this.#own);
  }
}

function renamed<T>(told: T, names: ReadonlyMap<string, string>): T {
  if (told === undefined) return told;
  return JSON.parse(JSON.stringify(told).replace(ID, (id) => names.get(id) ?? id)) as T;
}
