/** What `tests/js/build.mjs` puts in. */
declare const LANGUAGES: string[];

declare module "*.css" {
  const css: string;
  export default css;
}
