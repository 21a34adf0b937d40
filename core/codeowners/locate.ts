/** Where GitHub looks for code owners: the first of these wins, the others are ignored. */
export const CODEOWNERS_LOCATIONS = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const;

/** Whether it is one of these in any spelling: GitHub's own reading of the case is not documented, so none may be added unseen. */
export function isCodeownersPath(path: string): boolean {
  return CODEOWNERS_LOCATIONS.some((location) => location.toLowerCase() === path.toLowerCase());
}

/** The file that GitHub would use, by exact name. */
export function locateCodeowners<File extends { readonly path: string }>(files: readonly File[]): File | null {
  for (const location of CODEOWNERS_LOCATIONS) {
    const file = files.find(({ path }) => path === location);
    if (file !== undefined) return file;
  }
  return null;
}
