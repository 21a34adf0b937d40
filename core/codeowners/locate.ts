/** Where GitHub looks for code owners: the first of these wins, the others are ignored. */
export const CODEOWNERS_LOCATIONS = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const;

/** The file that GitHub would use, by exact name. */
export function locateCodeowners<File extends { readonly path: string }>(files: readonly File[]): File | null {
  for (const location of CODEOWNERS_LOCATIONS) {
    const file = files.find(({ path }) => path === location);
    if (file !== undefined) return file;
  }
  return null;
}
